package io.holdfast.core.store;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The outcomes of writes, by client, so that a retry gets the first one and never applies twice (DESIGN 3, rule 10). An outcome
 * is kept until the client says that it is done with it, or the client has been silent for the retention. That there was such a client,
 * and up to which write, is kept longer.
 *
 * <p>Mutable, unlike {@link Versions}: it holds little more than what is in flight, so an image copies it.
 */
final class Sessions {
    private final Map<Long, Session> byClient = new HashMap<>();
    /** No client has been silent for longer: before that there is nothing to forget, and no need to look. */
    private long longestSilentSince = Long.MIN_VALUE;

    static final class Session {
        long doneBelow;
        long lastTimestamp;
        final TreeMap<Long, Outcome> outcomes = new TreeMap<>();

        Session copy() {
            var copy = new Session();
            copy.doneBelow = doneBelow;
            copy.lastTimestamp = lastTimestamp;
            copy.outcomes.putAll(outcomes);
            return copy;
        }
    }

    Optional<Outcome> find(WriteId id) {
        Session session = byClient.get(id.client());
        if (session == null) {
            return Optional.empty();
        }
        if (id.sequence() < session.doneBelow) {
            return Optional.of(new Outcome(Outcome.Kind.FORGOTTEN, 0));
        }
        return Optional.ofNullable(session.outcomes.get(id.sequence()));
    }

    void record(WriteId id, long doneBelow, long timestamp, Outcome outcome) {
        Session session = byClient.computeIfAbsent(id.client(), client -> new Session());
        session.lastTimestamp = timestamp;
        longestSilentSince = Math.min(longestSilentSince, timestamp);
        if (doneBelow > session.doneBelow) {
            session.doneBelow = doneBelow;
            while (!session.outcomes.isEmpty() && session.outcomes.firstKey() < doneBelow) {
                session.outcomes.pollFirstEntry();
            }
        }
        if (id.sequence() >= session.doneBelow) {
            session.outcomes.put(id.sequence(), outcome);
        }
    }

    /**
     * Forgets the outcomes of clients that have been silent for long, and, much later, the clients. In between a question for an outcome is
     * answered that it is forgotten, and not that the write was never applied. All of the client's writes that may still be on their
     * way are as old, and so too late to be applied.
     */
    void expire(long silentSince, long goneSince) {
        if (silentSince <= longestSilentSince) {
            return;
        }
        byClient.values().removeIf(session -> session.lastTimestamp < goneSince);
        long longest = Long.MAX_VALUE;
        for (Session session : byClient.values()) {
            longest = Math.min(longest, session.lastTimestamp);
            if (session.lastTimestamp < silentSince && !session.outcomes.isEmpty()) {
                session.doneBelow = Math.max(session.doneBelow, session.outcomes.lastKey() + 1);
                session.outcomes.clear();
            }
        }
        longestSilentSince = longest;
    }

    void restore(long client, Session session) {
        byClient.put(client, session);
        longestSilentSince = Math.min(longestSilentSince, session.lastTimestamp);
    }

    SortedMap<Long, Session> copy() {
        var copy = new TreeMap<Long, Session>();
        byClient.forEach((client, session) -> copy.put(client, session.copy()));
        return copy;
    }
}
