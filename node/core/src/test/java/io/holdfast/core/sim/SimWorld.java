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

    final SimOptions options;
    final SimRandom random;
    final EventQueue queue = new EventQueue();
    final Trace trace;
    final List<SiteId> sites;
    final Set<Fault> faults;
    /** True once the last faults are healed: from then on everything must come to an end. */
    boolean calm;

    SimWorld(long seed, SimOptions options, boolean readable) {
        this.random = new SimRandom(seed);
        this.trace = new Trace(queue, readable);
        int sites = options.sites() != 0 ? options.sites() : random.chance(0.75) ? 3 : 5;
        this.options = options;
        this.sites = IntStream.range(0, sites)
                .mapToObj(site -> new SiteId(String.valueOf((char) ('a' + site))))
                .toList();
        this.faults = EnumSet.noneOf(Fault.class);
        double density = random.pick(List.of(0.15, 0.4, 0.7, 1.0));
        for (Fault fault : Fault.values()) {
            // Drawn for each fault in any case, so that leaving one out changes the others' choice as little as can be.
            boolean on = random.chance(density);
            if (on && !options.without().contains(fault)) {
                faults.add(fault);
            }
        }
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
