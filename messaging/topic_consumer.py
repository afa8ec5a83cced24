"""What the page's live socket watches besides its own: the free times of a day, and who is there."""

import asyncio
import contextlib
import random
from uuid import UUID

from asgiref.sync import sync_to_async
from django.utils.translation import gettext as _

from clinic.core import realtime
from clinic.core.consumers import Frame, FrameConsumer
from clinic.core.database import in_database_thread
from clinic.core.errors import Invalid
from messaging.domain import presence, queries
from messaging.domain.presence import Presence
from messaging.frames import NotFound, TooManyTopics, Topic, topic_field, topics_field

MAX_TOPICS = 40
# A larger whole number fits into no float, and NaN lies on neither side of anything.
LATEST = 2**53


class TopicConsumer(FrameConsumer):
    """`watch` and `unwatch`, and the presence of this socket's person and of those it watches."""

    FRAMES = {
        "since": "on_since",
        "watch": "on_watch",
        "unwatch": "on_unwatch",
        "presence": "on_presence",
    }

    async def joined(self) -> None:
        self._topics: set[Topic] = set()
        self._began: float | None = None
        self._state = presence.ONLINE
        self._shown: dict[UUID, Presence] = {}
        self._presence_task = asyncio.create_task(self._presence_forever())

    async def disconnect(self, code: int) -> None:
        self._presence_task.cancel()
        await self._step_back()

    async def on_since(self, frame: Frame) -> None:
        """When the page of this socket was asked for. Answered by `missed` if anything was told in between, now and
        for each topic that it watches later."""
        began = frame.get("began")
        if isinstance(began, bool) or not isinstance(began, int | float) or not 0 <= began < LATEST:
            raise Invalid(_("began is a number of seconds."))
        self._began = began
        await self._tell_missed(self.groups or [])

    async def _tell_missed(self, groups: list[str]) -> None:
        if self._began is None or not groups:
            return
        if await sync_to_async(realtime.told_since, thread_sensitive=False)(groups, self._began):
            await self.send_frame({"type": "missed"})

    async def on_watch(self, frame: Frame) -> None:
        """`topic`, or several `topics`: of these, whom the user may not see is answered as not watched."""
        several = "topics" in frame
        wanted = topics_field(frame) if several else [topic_field(frame)]
        if len(self._topics.union(wanted)) > MAX_TOPICS:
            raise TooManyTopics(_("A socket watches at most %(limit)s topics.") % {"limit": MAX_TOPICS})
        people = [topic.person for topic in wanted if topic.person and topic not in self._topics]
        allowed = await self._may_talk_to(people) if people else set()
        if not several and not allowed.issuperset(people):
            raise NotFound(_("This person was not found."))
        shown, joined = [], []
        for topic in wanted:
            active = topic in self._topics or topic.person is None or topic.person in allowed
            if active and topic not in self._topics:
                self._topics.add(topic)
                await self.join(topic.group)
                joined.append(topic.group)
            if active and topic.person:
                shown.append(topic.person)
            await self.send_frame({"type": "watching", "topic": topic.name, "active": active})
        await self._tell_missed(joined)
        await self._show_presence(shown)

    async def on_unwatch(self, frame: Frame) -> None:
        for topic in topics_field(frame) if "topics" in frame else [topic_field(frame)]:
            await self._unwatch(topic)

    async def _unwatch(self, topic: Topic) -> None:
        if topic in self._topics:
            self._topics.remove(topic)
            await self.leave(topic.group)
        if topic.person:
            self._shown.pop(topic.person, None)
        await self.send_frame({"type": "watching", "topic": topic.name, "active": False})

    # --- who is there ---

    async def on_presence(self, frame: Frame) -> None:
        """The page was hidden, or is looked at again."""
        state = frame.get("state")
        if state not in presence.STATES:
            raise Invalid(_("state is online or away."))
        if state == self._state:
            return
        self._state = state
        if state == presence.AWAY:
            await self._step_back()
        await self._beat()

    async def presence_beat(self, message: Frame) -> None:
        """Another socket of this person closed or went away."""
        await self._beat()

    async def presence_changed(self, message: Frame) -> None:
        """Somebody came whom this socket watches."""
        await self._show_presence([UUID(message["user"])])

    async def _presence_forever(self) -> None:
        """Beats, and finds out who has stopped: going is told by nobody."""
        while True:
            # A cache that is away for a moment is no reason to stop.
            with contextlib.suppress(Exception):
                await self._beat()
                await self._show_presence([topic.person for topic in self._topics if topic.person])
            await asyncio.sleep(presence.BEAT_SECONDS * random.uniform(0.8, 1))

    async def _beat(self) -> None:
        if await sync_to_async(presence.beat, thread_sensitive=False)(self.user.pk, self._state):
            assert self.channel_layer is not None
            told = {"type": "presence.changed", "user": str(self.user.pk)}
            await self.channel_layer.group_send(realtime.presence_group(self.user.pk), told)

    async def _step_back(self) -> None:
        with contextlib.suppress(Exception):
            await sync_to_async(presence.step_back, thread_sensitive=False)(self.user.pk)
            assert self.channel_layer is not None
            await self.channel_layer.group_send(realtime.user_group(self.user.pk), {"type": "presence.beat"})

    async def _show_presence(self, people: list[UUID]) -> None:
        """Tells what this socket does not know yet."""
        if not people:
            return
        now = await sync_to_async(presence.of, thread_sensitive=False)(people)
        watched = {topic.person for topic in self._topics}
        news = {
            person: seen
            for person, seen in now.items()
            if person in watched and (person not in self._shown or self._shown[person].state != seen.state)
        }
        if news:
            self._shown.update(news)
            users = {str(person): seen.payload() for person, seen in news.items()}
            await self.send_frame({"type": "presence", "users": users})

    @in_database_thread
    def _may_talk_to(self, people: list[UUID]) -> set[UUID]:
        found = queries.people_to_talk_to(self.user).filter(pk__in=people)
        return set(found.values_list("pk", flat=True))

    async def forget_strangers(self) -> None:
        """A patient whom this doctor no longer treats, say."""
        watched = [topic for topic in self._topics if topic.person]
        allowed = (
            await self._may_talk_to([topic.person for topic in watched if topic.person]) if watched else ()
        )
        for topic in watched:
            if topic.person not in allowed:
                await self._unwatch(topic)
