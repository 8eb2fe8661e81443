"""Kafka's own list of who may do what: compared with ours, and made like it."""

import time
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from jobbpakten.acls import Acl, acls
from shared.edges.kafka import SCRAM
from shared.messaging.kafka import FORMER
from shared.settings.kafka import KafkaAccess

ANSWER_SECONDS = 10
SETTLE_SECONDS = 10
POLL_SECONDS = 0.05
ANYBODY: Any = None  # its types say str, and its own text None
EVERYTHING = AclBindingFilter(
    ResourceType.ANY,
    ANYBODY,
    ResourcePatternType.ANY,
    ANYBODY,
    ANYBODY,
    AclOperation.ANY,
    AclPermissionType.ANY,
)
SAID = {
    "bootstrap.servers": "kafka_servers",
    "security.protocol": "kafka_security",
    "ssl.ca.location": "kafka_ca_file",
    "ssl.certificate.location": "kafka_certificate_file",
    "ssl.key.location": "kafka_key_file",
    "sasl.username": "kafka_user",
}
LITERAL = ResourcePatternType.LITERAL
REFUSALS = {
    KafkaError.CLUSTER_AUTHORIZATION_FAILED: "only its administrator may",
    KafkaError.SECURITY_DISABLED: "it has no authorizer: set authorizer.class.name there",
}
FATAL = {KafkaError._AUTHENTICATION, KafkaError._SSL}  # noqa: SLF001 - librdkafka's own
Answer = TypeVar("Answer")
Bindings = frozenset[AclBinding]


class Forbidden(Exception):
    """Kafka answers, and doesn't let us; the text says why."""


class Unreached(Exception):
    """Kafka doesn't answer, or not to us; the text is what its client saw last."""


class Applied(NamedTuple):
    """What was done, and what is there beside the table."""

    made: Bindings
    removed: Bindings
    left_over: Bindings  # about exactly what is ours
    besides: Bindings  # wider than that, or a deny: somebody else may live by it


@dataclass(frozen=True)
class Authorizer:
    """Kafka's list, as one sees it who may change it: others are shown an empty one."""

    client: AdminClient
    seen: list[KafkaError]  # what went wrong meanwhile: else one hears only that time is up

    def there(self) -> Bindings:
        asked = self.client.describe_acls(EVERYTHING, request_timeout=ANSWER_SECONDS)
        return frozenset(self.answered([asked])[0])

    def make(self, bindings: Collection[AclBinding]) -> None:
        """Add these; those that are there already are no error."""
        asked = self.client.create_acls([*bindings], request_timeout=ANSWER_SECONDS)
        self.answered(asked.values())

    def remove(self, bindings: Collection[AclBinding]) -> None:
        exact = [filter_of(one) for one in bindings]
        self.answered(self.client.delete_acls(exact, request_timeout=ANSWER_SECONDS).values())

    def until(self, done: Callable[[Bindings], bool]) -> Bindings:
        """Wait until the list is so: what was changed reaches the brokers a moment later."""
        patience = time.monotonic() + SETTLE_SECONDS
        while not done(found := self.there()):
            if time.monotonic() > patience:
                raise Forbidden(f"what was changed isn't there after {SETTLE_SECONDS} s")
            time.sleep(POLL_SECONDS)
        return found

    def answered(self, asked: Iterable["Future[Answer]"]) -> list[Answer]:
        """Wait for the answers; Forbidden, Unreached."""
        try:
            return [self.answer(future) for future in asked]
        except KafkaException as error:
            said: KafkaError = error.args[0]
            if why := REFUSALS.get(said.code()):
                raise Forbidden(why) from None
            raise Unreached((self.seen or [said])[-1].str()) from None

    def answer(self, asked: "Future[Answer]") -> Answer:
        """Wait for one; what no patience mends is raised at once."""
        while True:
            with suppress(TimeoutError):
                return asked.result(timeout=POLL_SECONDS)
            self.client.poll(0)  # calls back with what went wrong
            if amiss := [error for error in self.seen if error.code() in FATAL]:
                raise KafkaException(amiss[-1])


def authorizer(kafka: KafkaAccess) -> Authorizer:
    """Make a client, which connects when it is asked something."""
    seen: list[KafkaError] = []

    def note(error: KafkaError) -> None:
        if error.code() != KafkaError._ALL_BROKERS_DOWN:  # noqa: SLF001 - another says why
            seen.append(error)

    found: dict[str, Any] = {name: getattr(kafka, field) for name, field in SAID.items()}
    if kafka.kafka_security == "SASL_SSL":
        found |= {"sasl.mechanism": SCRAM, "sasl.password": kafka.current("kafka_password")}
    found |= {"error_cb": note, "log_level": "0"}
    return Authorizer(AdminClient({name: value for name, value in found.items() if value}), seen)


def apply(kafka: KafkaAccess, prefix: str, *, remove: bool = False) -> Applied:
    """Make what the table says and isn't there, and say what else is; Forbidden, Unreached.

    With `remove`, whatever else anybody may do with what is ours by its exact name goes, a
    subscriber's right to read too.
    """
    there = authorizer(kafka)
    wanted = frozenset(map(binding_of, acls(prefix)))
    before = there.there()
    there.make(wanted)  # all of it: whoever mayn't change the list is refused, and saw none of it
    found = there.until(wanted.issubset) - wanted
    left_over = frozenset(one for one in found if is_ours(one, wanted, prefix))
    besides = frozenset(one for one in found - left_over if concerns(one, wanted, prefix))
    if remove and left_over:
        there.remove(left_over)
        there.until(left_over.isdisjoint)
        return Applied(wanted - before, left_over, frozenset(), besides)
    return Applied(wanted - before, frozenset(), left_over, besides)


def is_ours(one: AclBinding, wanted: Bindings, prefix: str) -> bool:
    """Tell a right to exactly what we call so, or an earlier release did; ours to take away.

    A `deny` is no right: whoever wrote it keeps somebody out, and taking it away would let her in.
    """
    if one.permission_type != AclPermissionType.ALLOW:
        return False
    names = {(binding.restype, binding.name) for binding in wanted}
    names |= {(ResourceType.TOPIC, prefix + topic) for topic in FORMER}
    return one.resource_pattern_type == LITERAL and (one.restype, one.name) in names


def concerns(one: AclBinding, wanted: Bindings, prefix: str) -> bool:
    """Tell what else counts: names of which some are ours, or a user of ours elsewhere."""
    if one.principal in {binding.principal for binding in wanted} and one.name.startswith(prefix):
        return True
    of_kind = {binding.name for binding in wanted if binding.restype == one.restype}
    if one.resource_pattern_type == LITERAL:
        return one.name in of_kind or (one.name == "*" and bool(of_kind))
    return any(name.startswith(one.name) for name in of_kind)


def binding_of(acl: Acl) -> AclBinding:
    return AclBinding(
        ResourceType[acl.kind.upper()],
        acl.name,
        LITERAL,
        f"User:{acl.user}",
        "*",
        AclOperation[screaming(acl.operation)],
        AclPermissionType.ALLOW,
    )


def filter_of(one: AclBinding) -> AclBindingFilter:
    return AclBindingFilter(
        one.restype,
        one.name,
        one.resource_pattern_type,
        one.principal,
        one.host,
        one.operation,
        one.permission_type,
    )


def screaming(word: str) -> str:
    """Write Kafka's AlterConfigs as its clients' constants are written."""
    return "".join(f"_{c}" if c.isupper() else c.upper() for c in word).removeprefix("_")


def row(one: AclBinding) -> dict[str, str]:
    """Give one of Kafka's as a person reads it."""
    found = {
        "user": one.principal.removeprefix("User:"),
        "kind": ResourceType(one.restype).name.lower(),
    }
    found |= {"name": one.name, "operation": kafkas_word(AclOperation(one.operation).name)}
    found |= {} if one.resource_pattern_type == LITERAL else {"pattern": "prefixed"}
    found |= {} if one.host == "*" else {"host": one.host}
    allowed = one.permission_type == AclPermissionType.ALLOW
    return found | ({} if allowed else {"permission": "deny"})


def kafkas_word(name: str) -> str:
    return name.title().replace("_", "")
