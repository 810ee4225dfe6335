package io.holdfast.core.raft;

import io.holdfast.core.SiteId;
import java.util.Optional;

/**
 * What must be durable before any message that depends on it leaves the replica (Raft, figure 2: persistent state).
 *
 * @param term the current term
 * @param vote whom this replica voted for in the term, or whose leadership in it accepted
 * @param identity which life of the storage this is, see {@link Membership}
 */
public record HardState(long term, Optional<SiteId> vote, long identity) {
    public static HardState initial(long identity) {
        return new HardState(0, Optional.empty(), identity);
    }
}
