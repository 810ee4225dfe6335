package io.holdfast.server.membership;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The faults that this node has seen, the newest {@value #KEPT}. Thread-safe. A fault of a class and subject that has not
 * recovered is one incident, however often it is reported.
 */
public final class IncidentLog {
    private static final Logger LOG = LoggerFactory.getLogger(IncidentLog.class);
    private static final int KEPT = 256;

    private final LongSupplier wallMillis;
    private final ArrayDeque<Incident> newestFirst = new ArrayDeque<>();

    /**
     * @param faultClass site-unreachable, storage-failed, replica-failed, leader-lost, storage-replaced …
     * @param subject what it happened to: a site, a node, a partition
     * @param recoveredMillis empty: not yet
     */
    public record Incident(
            long detectedMillis,
            Optional<Long> recoveredMillis,
            String faultClass,
            String subject,
            String evidence,
            String action) {}

    public IncidentLog(LongSupplier wallMillis) {
        this.wallMillis = wallMillis;
    }

    /** Answers whether this is a new incident. */
    public synchronized boolean report(String faultClass, String subject, String evidence, String action) {
        if (open(faultClass, subject).isPresent()) {
            return false;
        }
        newestFirst.addFirst(
                new Incident(wallMillis.getAsLong(), Optional.empty(), faultClass, subject, evidence, action));
        if (newestFirst.size() > KEPT) {
            newestFirst.removeLast();
        }
        LOG.warn("Incident {} of {}: {}; {}", faultClass, subject, evidence, action);
        return true;
    }

    /** Ends the incident, if there is one that has not ended, and answers it as it is now. */
    public synchronized Optional<Incident> recovered(String faultClass, String subject) {
        Optional<Incident> found = open(faultClass, subject);
        Optional<Incident> ended = found.map(this::ended);
        ended.ifPresent(incident -> {
            List<Incident> all = newestFirst.stream()
                    .map(it -> it == found.get() ? incident : it)
                    .toList();
            newestFirst.clear();
            newestFirst.addAll(all);
            logEnd(incident);
        });
        return ended;
    }

    private static void logEnd(Incident incident) {
        long millis = incident.recoveredMillis().orElseThrow() - incident.detectedMillis();
        LOG.info("Incident {} of {}: recovered after {} ms", incident.faultClass(), incident.subject(), millis);
    }

    private Incident ended(Incident incident) {
        return new Incident(
                incident.detectedMillis(),
                Optional.of(wallMillis.getAsLong()),
                incident.faultClass(),
                incident.subject(),
                incident.evidence(),
                incident.action());
    }

    private Optional<Incident> open(String faultClass, String subject) {
        return newestFirst.stream()
                .filter(it -> it.recoveredMillis().isEmpty()
                        && it.faultClass().equals(faultClass)
                        && it.subject().equals(subject))
                .findFirst();
    }

    /** Newest first. */
    public synchronized List<Incident> all() {
        return List.copyOf(newestFirst);
    }
}
