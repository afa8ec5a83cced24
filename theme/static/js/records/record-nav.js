// The sections of a record on a narrow screen: the present one is in sight.
const here = document.querySelector("[data-record-nav] [aria-current]");
if (here) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft - 24;
