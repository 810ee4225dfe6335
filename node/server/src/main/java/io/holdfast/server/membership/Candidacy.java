package io.holdfast.server.membership;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The promises with which one node becomes the founder of the cluster. A site's is that of a majority of its nodes, and it takes a
 * majority of the sites: any two such sets share a node, and that one promises itself to a single founder for a time. The founder uses the promises for half of that time, counted from
 * when it asked, so that they still hold when it acts on them, however late they arrive.
 *
 * <p>Not thread-safe. Times are of this node's monotonic clock alone.
 */
final class Candidacy {
    private final long promiseNanos;
    private Optional<Incarnation> promisedTo = Optional.empty();
    private long promisedUntil;
    private long askedNanos;
    private boolean asking;
    private final Set<String> granted = new HashSet<>();

    Candidacy(long promiseNanos) {
        this.promiseNanos = promiseNanos;
    }

    /** Another node, or this one, wants to found; answers whether it may have this node's support. */
    boolean promise(Incarnation founder, long now) {
        boolean free = promisedTo.isEmpty() || promisedTo.get().equals(founder) || now - promisedUntil >= 0;
        if (free) {
            promisedTo = Optional.of(founder);
            promisedUntil = now + promiseNanos;
        }
        return free;
    }

    /** Whether it is time to ask for promises: none are under way, or the last were not enough in time. */
    boolean mayAsk(long now) {
        return !asking || now - askedNanos >= promiseNanos / 2;
    }

    void ask(long now) {
        asking = true;
        askedNanos = now;
        granted.clear();
    }

    /** A node's promise in answer to the question of that time; answers all nodes whose promises can be used now. */
    Set<String> granted(String address, long asked, long now) {
        if (!asking || asked != askedNanos || now - asked >= promiseNanos / 2) {
            return Set.of();
        }
        granted.add(address);
        return Set.copyOf(granted);
    }
}
