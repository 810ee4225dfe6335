package io.holdfast.core.sim;

import io.holdfast.core.SiteId;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** What all parts of a run share: the seed's randomness, the event queue, the timeline, and which faults are on. */
final class SimWorld {
    static final long MILLI = 1_000_000L;
    static final long SECOND = 1_000 * MILLI;

    private static final long LONG_RETENTION_MILLIS = 600_000;

    final SimOptions options;
    final SimRandom random;
    /** For who meets whom on which keys, beside all else that is left to chance. */
    final SimRandom meetings;

    final EventQueue queue = new EventQueue();
    final SimTally tally = new SimTally();
    final Trace trace;
    final List<SiteId> sites;
    final Set<Fault> faults;
    /** The most by which rates of clocks may differ before leases must be off. */
    final double driftBound;
    /** Short in some runs, so that outcomes of silent clients are forgotten; clocks agree well then, and writes are only good for less. */
    final long retentionMillis;
    /** True once the last faults are healed: from then on everything must come to an end. */
    boolean calm;

    SimWorld(long seed, SimOptions options, boolean readable) {
        this.random = new SimRandom(seed);
        this.meetings = new SimRandom(seed ^ Long.MIN_VALUE);
        this.trace = new Trace(queue, readable);
        int sites = options.sites() != 0 ? options.sites() : random.chance(0.75) ? 3 : 5;
        // Three and more, for a transaction to have two that prepare; more make it longer.
        int partitions = options.partitions() != 0 ? options.partitions() : random.pick(List.of(2, 2, 3, 4));
        this.options = options.withPartitions(partitions);
        this.sites = IntStream.range(0, sites)
                .mapToObj(site -> new SiteId(String.valueOf((char) ('a' + site))))
                .toList();
        this.driftBound = random.pick(List.of(0.02, 0.5));
        this.retentionMillis = random.pick(List.of(LONG_RETENTION_MILLIS, LONG_RETENTION_MILLIS, 1_500L));
        this.faults = EnumSet.noneOf(Fault.class);
        double density = random.pick(List.of(0.15, 0.4, 0.7, 1.0));
        for (Fault fault : Fault.values()) {
            // Drawn for each fault in any case, so that leaving one out changes the others' choice as little as can be.
            boolean on = fault.hasOwnChance() ? meetings.chance(0.5) : random.chance(density);
            if (on && !options.without().contains(fault)) {
                faults.add(fault);
            }
        }
    }

    boolean outcomesExpire() {
        return retentionMillis < LONG_RETENTION_MILLIS;
    }

    /** For how long after its making a write may be applied: less than outcomes are kept, by all that clocks and queues may add. */
    long longestLifetimeMillis() {
        return Math.min(120_000, retentionMillis - 340);
    }

    /** Whether clients and transactions meet on some keys, in trouble and in the calm; with this probability they do now. */
    boolean meet(double probability) {
        return faults.contains(Fault.SHARED_KEYS) && meetings.chance(probability);
    }

    boolean has(Fault fault) {
        return !calm && faults.contains(fault);
    }

    int indexOf(SiteId site) {
        return site.name().charAt(0) - 'a';
    }

    /** The largest number of sites whose loss the partitions tolerate. */
    int tolerated() {
        return (sites.size() - 1) / 2;
    }
}
