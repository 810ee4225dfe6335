package io.holdfast.core.raft;

import io.holdfast.core.SiteId;
import java.util.Objects;
import java.util.Optional;

/**
 * What must be durable before any message that depends on it leaves the replica (Raft, figure 2: persistent state).
 *
 * @param term the current term
 * @param vote whom this replica voted for in the term, or whose leadership in it accepted
 * @param identity which life of the storage this is, see {@link Membership}
 */
public record HardState(long term, Optional<SiteId> vote, long identity) {
    /** The two are nearly always the same object, and every step of a replica compares them. */
    @Override
    public boolean equals(Object other) {
        return this == other
                || other instanceof HardState state
                        && state.term == term
                        && state.identity == identity
                        && state.vote.equals(vote);
    }

    @Override
    public int hashCode() {
        return Objects.hash(term, vote, identity);
    }

    public static HardState initial(long identity) {
        return new HardState(0, Optional.empty(), identity);
    }
}
