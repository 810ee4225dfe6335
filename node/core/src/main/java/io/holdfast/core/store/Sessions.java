package io.holdfast.core.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The outcomes of writes, by client, so that a retry gets the first one and never applies twice (DESIGN 3, rule 10). An outcome
 * is kept until the client says that it is done with it, or the client has been silent for the retention. That there was such a client,
 * and up to which write, is kept longer.
 *
 * <p>Mutable, unlike {@link Versions}. An image gets the list of the sessions, and one that changes afterwards is copied first: there may be hundreds of
 * thousands, and an image is asked for in the midst of writes.
 */
final class Sessions {
    /** What a client takes in memory of which nothing is known but that it was there, and each outcome beside. Roughly. */
    private static final long CLIENT_BYTES = 150;

    private static final long OUTCOME_BYTES = 80;
    private static final long IMAGE_CLIENT_BYTES = 8 + 8 + 8 + 4;
    private static final long IMAGE_OUTCOME_BYTES = 8 + 1 + 8;
    private static final long FIRST_IMAGE = 1;

    /** In the order of their last writes, so that only the front is looked at for what is to be forgotten. */
    private final LinkedHashMap<Long, Session> clients = new LinkedHashMap<>();
    /** Those whose outcomes are forgotten, in the same order. All of them have been silent for longer than the others. */
    private final LinkedHashMap<Long, Session> silent = new LinkedHashMap<>();

    private long outcomes;
    /** How many images there were; a session that is older than the last one may be in it. */
    private long images = FIRST_IMAGE;

    static final class Session {
        final long client;
        /** Before this image it was made, or copied. */
        private final long madeBefore;

        long doneBelow;
        long lastTimestamp;
        final TreeMap<Long, Outcome> outcomes = new TreeMap<>();

        /** As an image has it. */
        Session(long client) {
            this(client, 0);
        }

        private Session(long client, long madeBefore) {
            this.client = client;
            this.madeBefore = madeBefore;
        }

        private Session copy(long before) {
            var copy = new Session(client, before);
            copy.doneBelow = doneBelow;
            copy.lastTimestamp = lastTimestamp;
            copy.outcomes.putAll(outcomes);
            return copy;
        }
    }

    Optional<Outcome> find(WriteId id) {
        Session session = session(id.client());
        if (session == null) {
            return Optional.empty();
        }
        if (id.sequence() < session.doneBelow) {
            return Optional.of(new Outcome(Outcome.Kind.FORGOTTEN, 0));
        }
        return Optional.ofNullable(session.outcomes.get(id.sequence()));
    }

    /** Null if nothing is known of it. */
    private Session session(long client) {
        Session session = clients.get(client);
        return session == null ? silent.get(client) : session;
    }

    /** @param timestamp not below that of any record before */
    void record(WriteId id, long doneBelow, long timestamp, Outcome outcome) {
        Session session = putLast(id.client());
        session.lastTimestamp = timestamp;
        if (doneBelow > session.doneBelow) {
            forgetOutcomes(session, doneBelow);
        }
        if (id.sequence() >= session.doneBelow && session.outcomes.put(id.sequence(), outcome) == null) {
            outcomes++;
        }
    }

    private Session putLast(long client) {
        Session known = clients.remove(client);
        if (known == null) {
            known = silent.remove(client);
        }
        Session session = known == null ? new Session(client, images) : own(known);
        clients.put(client, session);
        return session;
    }

    /** To be changed, and put in place of the one that was there. */
    private Session own(Session session) {
        return session.madeBefore == images ? session : session.copy(images);
    }

    private void forgetOutcomes(Session session, long below) {
        session.doneBelow = below;
        while (!session.outcomes.isEmpty() && session.outcomes.firstKey() < below) {
            session.outcomes.pollFirstEntry();
            outcomes--;
        }
    }

    /**
     * Forgets the outcomes of clients that have been silent for long, and, much later, the clients. In between a question for an outcome is
     * answered that it is forgotten, and not that the write was never applied. All of the client's writes that may still be on their
     * way are as old, and so too late to be applied.
     */
    void expire(long silentSince, long goneSince) {
        for (var first = first(clients); isBefore(first, silentSince); first = first(clients)) {
            Session session = first.getValue();
            if (!session.outcomes.isEmpty()) {
                session = own(session);
                forgetOutcomes(session, Math.max(session.doneBelow, session.outcomes.lastKey() + 1));
            }
            clients.remove(first.getKey());
            silent.put(first.getKey(), session);
        }
        for (var first = first(silent); isBefore(first, goneSince); first = first(silent)) {
            silent.remove(first.getKey());
        }
    }

    /** At this timestamp {@link #expire} has something to do; {@link Long#MAX_VALUE} if there is nothing to forget. */
    long nextExpiry(long retention, long remembered) {
        return Math.min(behindFirst(clients, retention), behindFirst(silent, remembered));
    }

    private static long behindFirst(LinkedHashMap<Long, Session> sessions, long span) {
        var first = first(sessions);
        return first == null ? Long.MAX_VALUE : first.getValue().lastTimestamp + span + 1;
    }

    private static Map.Entry<Long, Session> first(LinkedHashMap<Long, Session> sessions) {
        return sessions.isEmpty() ? null : sessions.entrySet().iterator().next();
    }

    private static boolean isBefore(Map.Entry<Long, Session> entry, long timestamp) {
        return entry != null && entry.getValue().lastTimestamp < timestamp;
    }

    /** Copies what an image holds. Who is silent shows when it is next looked for. */
    void restore(List<Session> image) {
        image.stream()
                .sorted(Comparator.comparingLong(session -> session.lastTimestamp))
                .forEach(session -> clients.put(session.client, session.copy(images)));
        outcomes = outcomes(image);
    }

    /** All of them as they are, in no order, for an image. None of them changes any more. */
    List<Session> image() {
        images++;
        var image = new ArrayList<Session>(clients.size() + silent.size());
        image.addAll(clients.values());
        image.addAll(silent.values());
        return image;
    }

    /** What is remembered of clients takes in memory, roughly. */
    long bytes() {
        return CLIENT_BYTES * count() + OUTCOME_BYTES * outcomes;
    }

    private long count() {
        return clients.size() + silent.size();
    }

    /** What it takes in an image. */
    long imageBytes() {
        return IMAGE_CLIENT_BYTES * count() + IMAGE_OUTCOME_BYTES * outcomes;
    }

    static long imageBytes(List<Session> image) {
        return IMAGE_CLIENT_BYTES * image.size() + IMAGE_OUTCOME_BYTES * outcomes(image);
    }

    private static long outcomes(List<Session> image) {
        return image.stream().mapToLong(session -> session.outcomes.size()).sum();
    }
}
