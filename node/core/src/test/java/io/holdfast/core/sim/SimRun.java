package io.holdfast.core.sim;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One run and its end.
 *
 * @param failure what was found wrong, if anything
 * @param hash of the whole timeline
 * @param tally what happened in it
 */
record SimRun(
        long seed,
        SimOptions options,
        Optional<Throwable> failure,
        long hash,
        List<String> timeline,
        long operations,
        long steps,
        long events,
        long simulatedNanos,
        long undecided,
        SimTally tally) {

    static SimRun of(long seed, SimOptions options, boolean readable) {
        return of(seed, options, readable, cluster -> {});
    }

    /** @param steering what is to happen beside all that the seed decides */
    static SimRun of(long seed, SimOptions options, boolean readable, Consumer<SimCluster> steering) {
        var cluster = new SimCluster(seed, options, readable);
        Optional<Throwable> failure = Optional.empty();
        try {
            steering.accept(cluster);
            cluster.run();
        } catch (Throwable e) {
            // Whatever it is, an error of the machine's too: this seed has failed, and those behind it are still to be
            // run.
            failure = Optional.of(e);
        }
        long steps = cluster.partitions.stream().mapToLong(SimPartition::steps).sum();
        return new SimRun(
                seed,
                options,
                failure,
                cluster.world.trace.hash(),
                cluster.world.trace.lines(),
                cluster.clients.begun(),
                steps,
                cluster.world.queue.planned(),
                cluster.world.queue.now(),
                cluster.history.undecided(),
                cluster.world.tally);
    }

    /** The same seed with fewer faults and fewer operations, as long as something is still found wrong. */
    SimRun shrunk() {
        SimRun smallest = this;
        for (Fault fault : Fault.values()) {
            SimRun without = of(seed, smallest.options.without(fault), false);
            smallest = without.failure.isPresent() ? without : smallest;
        }
        for (int operations = smallest.options.operations() / 2; operations > 0; operations /= 2) {
            SimRun fewer = of(seed, smallest.options.withOperations(operations), false);
            smallest = fewer.failure.isPresent() ? fewer : smallest;
        }
        for (int number = smallest.options.transactions() / 2; number > 0; number /= 2) {
            SimRun fewer = of(seed, smallest.options.withTransactions(number), false);
            smallest = fewer.failure.isPresent() ? fewer : smallest;
        }
        return smallest;
    }

    /** One command that repeats this run and shows its timeline. */
    String command() {
        return "bin/simulate --replay " + seed + " " + options.arguments();
    }
}
