package io.holdfast.server.membership;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The faults that this node has seen: those that last, at most {@value #OPEN}, and the {@value #ENDED} that ended last. Thread-safe. A fault of a class
 * and subject that has not recovered is one incident, however often it is reported.
 */
public final class IncidentLog {
    private static final Logger LOG = LoggerFactory.getLogger(IncidentLog.class);
    private static final int ENDED = 256;
    /** Each replica of a node may have one; a status of them all still goes into a message. */
    private static final int OPEN = 2048;

    private final LongSupplier wallMillis;
    private final List<Incident> oldestFirst = new ArrayList<>();

    /**
     * @param faultClass site-unreachable, storage-failed, replica-failed, storage-replaced …; docs/operations.md describes each
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
        oldestFirst.add(new Incident(wallMillis.getAsLong(), Optional.empty(), faultClass, subject, evidence, action));
        // One more of those that are thousands already would only flood the log.
        if (open().count() <= OPEN || !forgetOneOfTheMostCommonClass().equals(faultClass)) {
            LOG.warn("Incident {} of {}: {}; {}", faultClass, subject, evidence, action);
        }
        return true;
    }

    /**
     * What thousands have in common is known well enough, and must not hide another fault.
     *
     * @return that class
     */
    private String forgetOneOfTheMostCommonClass() {
        Map<String, Long> counts = open().collect(Collectors.groupingBy(Incident::faultClass, Collectors.counting()));
        String common =
                Collections.max(counts.entrySet(), Map.Entry.comparingByValue()).getKey();
        open().filter(it -> it.faultClass().equals(common)).findFirst().ifPresent(oldestFirst::remove);
        return common;
    }

    /** Ends the incident, if there is one that has not ended, and answers it as it is now. */
    public synchronized Optional<Incident> recovered(String faultClass, String subject) {
        Optional<Incident> found = open(faultClass, subject);
        Optional<Incident> ended = found.map(this::ended);
        ended.ifPresent(incident -> {
            oldestFirst.set(oldestFirst.indexOf(found.get()), incident);
            forgetTheOldestEnd();
            logEnd(incident);
        });
        return ended;
    }

    private void forgetTheOldestEnd() {
        List<Incident> ended = oldestFirst.stream()
                .filter(it -> it.recoveredMillis().isPresent())
                .toList();
        if (ended.size() > ENDED) {
            oldestFirst.remove(Collections.min(
                    ended, Comparator.comparing(it -> it.recoveredMillis().orElseThrow())));
        }
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
        return open().filter(
                        it -> it.faultClass().equals(faultClass) && it.subject().equals(subject))
                .findFirst();
    }

    private Stream<Incident> open() {
        return oldestFirst.stream().filter(it -> it.recoveredMillis().isEmpty());
    }

    /** Newest first. */
    public synchronized List<Incident> all() {
        var all = new ArrayList<>(oldestFirst);
        Collections.reverse(all);
        return List.copyOf(all);
    }
}
