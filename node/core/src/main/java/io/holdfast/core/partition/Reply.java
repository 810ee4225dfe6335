package io.holdfast.core.partition;

import io.holdfast.core.SiteId;
import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.Query;
import java.util.List;
import java.util.Optional;

/** The answer to a {@link PartitionInput.Submit} or {@link PartitionInput.Ask}. Each gets exactly one. */
public sealed interface Reply {
    long token();

    /** One outcome for each command. */
    record Written(long token, List<Outcome> outcomes) implements Reply {}

    /** One answer for each query. */
    record Answered(long token, List<Query.Answer> answers) implements Reply {}

    /** @param leader whom to ask instead, if known */
    record Refused(long token, Refusal reason, Optional<SiteId> leader) implements Reply {}

    enum Refusal {
        /** Nothing happened. */
        NOT_LEADER,
        /** The write may or may not be applied: retry with the same id. */
        LEADERSHIP_LOST,
        /** Nothing happened: too much waits already. */
        OVERLOADED,
        /** The write may or may not be applied: retry with the same id at another site. */
        STORAGE_FAILED,
        /** A write to all sites is not at all of them yet. It is committed if a majority holds it: retry or ask. */
        TIMED_OUT,
        /** Nothing happened: this site, or one that follows it, has no room for more data. */
        FULL;

        /** Whether a write that is refused so was not taken by this attempt; of another attempt it says nothing. */
        public boolean nothingHappened() {
            return switch (this) {
                case NOT_LEADER, OVERLOADED, FULL -> true;
                case LEADERSHIP_LOST, STORAGE_FAILED, TIMED_OUT -> false;
            };
        }
    }
}
