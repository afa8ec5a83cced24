"""An invented clinic to try the portal with. Every person, bank reference and picture in it is made up."""
