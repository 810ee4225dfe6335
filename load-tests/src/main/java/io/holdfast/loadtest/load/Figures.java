package io.holdfast.loadtest.load;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.HdrHistogram.Histogram;

/** Counts and response times of requests by name. Safe for use by many threads. */
public final class Figures {
    private static final long LONGEST = TimeUnit.MINUTES.toNanos(10);

    private final ConcurrentMap<String, Of> byName = new ConcurrentHashMap<>();

    /** Requests of one name, or of several taken together. */
    public static final class Of {
        private final Histogram nanos = new Histogram(LONGEST, 3);
        private final Map<String, Long> failures = new TreeMap<>();

        private synchronized void add(long took, Optional<String> failure) {
            if (failure.isPresent()) {
                failures.merge(failure.get(), 1L, Long::sum);
            } else {
                nanos.recordValue(Math.min(LONGEST, Math.max(0, took)));
            }
        }

        private synchronized void addTo(Of sum) {
            sum.nanos.add(nanos);
            failures.forEach((reason, count) -> sum.failures.merge(reason, count, Long::sum));
        }

        /** Requests that went well. */
        public synchronized long succeeded() {
            return nanos.getTotalCount();
        }

        public synchronized long failed() {
            return failures.values().stream().mapToLong(Long::longValue).sum();
        }

        /** How many failed for which reason. */
        public synchronized Map<String, Long> failures() {
            return Map.copyOf(failures);
        }

        /** A percentile, 0 to 100, of the response times of those that went well, in milliseconds; 100 is the longest, 0 if there are none. */
        public synchronized double millis(double percentile) {
            return nanos.getValueAtPercentile(percentile) / 1e6;
        }
    }

    /** A request has ended. */
    public void add(String name, long nanos, Optional<String> failure) {
        byName.computeIfAbsent(name, unknown -> new Of()).add(nanos, failure);
    }

    /** Those whose names begin so, as of now. */
    public Of startingWith(String prefix) {
        return ofNames(name -> name.startsWith(prefix));
    }

    /** Those whose names end so, as of now. */
    public Of endingWith(String suffix) {
        return ofNames(name -> name.endsWith(suffix));
    }

    /** All together, as of now. */
    public Of all() {
        return ofNames(name -> true);
    }

    private Of ofNames(Predicate<String> wanted) {
        return sum(byName.entrySet().stream()
                .filter(entry -> wanted.test(entry.getKey()))
                .map(Map.Entry::getValue)
                .toList());
    }

    private static Of sum(Collection<Of> parts) {
        Of sum = new Of();
        parts.forEach(part -> part.addTo(sum));
        return sum;
    }
}
