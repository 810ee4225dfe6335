package io.holdfast.core.sim;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/** Runs any number of seeds on any number of cores, or repeats one and shows its timeline. */
public final class SimMain {
    private final PrintStream out = System.out;
    private final Runner runner;
    private long seeds = 1000;
    private long first = 1;
    private int cores = 1;
    private int keepGoing = 1;
    private OptionalLong replay = OptionalLong.empty();
    private boolean shrink = true;
    private SimOptions options = SimOptions.of(3, 1000);

    private final AtomicLong next = new AtomicLong();
    private final AtomicLong finished = new AtomicLong();
    private final AtomicLong operations = new AtomicLong();
    private final AtomicLong steps = new AtomicLong();
    private final AtomicLong undecided = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong cpuNanos = new AtomicLong();

    /** Runs one seed. */
    interface Runner {
        SimRun run(long seed, SimOptions options, boolean readable);
    }

    /** @throws IllegalArgumentException in words for the person who gave the arguments */
    SimMain(String... args) {
        this(SimRun::of, args);
    }

    SimMain(Runner runner, String... args) {
        this.runner = runner;
        parse(args);
    }

    public static void main(String[] args) throws InterruptedException {
        SimMain main;
        try {
            main = new SimMain(args);
        } catch (IllegalArgumentException mistake) {
            // Not the code of a failing seed: whoever looks for one must not find a typing error.
            System.err.println("simulate: " + mistake.getMessage() + " (the head of bin/simulate lists all options)");
            System.exit(2);
            return;
        }
        System.exit(main.run());
    }

    /** Answers 0 only if all seeds that were asked for have come to their end, and none failed. */
    int run() throws InterruptedException {
        return replay.isPresent() ? replay(replay.getAsLong()) : runAll();
    }

    private void parse(String[] args) {
        for (int i = 0; i < args.length; i += 2) {
            String option = args[i];
            if (i + 1 == args.length) {
                throw new IllegalArgumentException(option + " takes a value, or is no option");
            }
            String value = args[i + 1];
            switch (option) {
                case "--seeds" -> seeds = number(option, value, 1, Long.MAX_VALUE);
                case "--from" -> first = number(option, value, Long.MIN_VALUE, Long.MAX_VALUE);
                case "--cores" -> cores = (int) number(option, value, 1, 1024);
                case "--failures" -> keepGoing = (int) number(option, value, 1, Integer.MAX_VALUE);
                case "--shrink" -> shrink = flag(option, value);
                case "--replay" -> replay = OptionalLong.of(number(option, value, Long.MIN_VALUE, Long.MAX_VALUE));
                case "--sites" -> options = options.withSites(sites(value));
                case "--ops" -> options = options.withOperations(count(option, value, 1));
                case "--transactions" -> options = options.withTransactions(count(option, value, 0));
                case "--partitions" -> options = options.withPartitions(count(option, value, 0));
                case "--clients" -> options = options.withClients(count(option, value, 1));
                case "--without" -> {
                    for (String fault : value.split(",")) {
                        options = options.without(fault(fault));
                    }
                }
                default -> throw new IllegalArgumentException("there is no option " + option);
            }
        }
    }

    private static long number(String option, String value, long least, long most) {
        try {
            long number = Long.parseLong(value);
            if (number >= least && number <= most) {
                return number;
            }
            throw new IllegalArgumentException(option + " is " + value + ": give " + least + " to " + most);
        } catch (NumberFormatException unreadable) {
            throw new IllegalArgumentException(option + " is '" + value + "', which is no whole number");
        }
    }

    private static int count(String option, String value, int least) {
        return (int) number(option, value, least, Integer.MAX_VALUE);
    }

    private static int sites(String value) {
        return switch (value) {
            case "0", "3", "5" -> Integer.parseInt(value);
            default -> throw new IllegalArgumentException("--sites is " + value + ": give 3, 5 or 0");
        };
    }

    private static boolean flag(String option, String value) {
        return switch (value) {
            case "true", "false" -> Boolean.parseBoolean(value);
            default -> throw new IllegalArgumentException(option + " is " + value + ": give true or false");
        };
    }

    private static Fault fault(String name) {
        return Arrays.stream(Fault.values())
                .filter(fault -> fault.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "--without names " + name + ": there are " + Arrays.toString(Fault.values())));
    }

    /** The seed to repeat; empty: run many. */
    OptionalLong replayed() {
        return replay;
    }

    private int replay(long seed) {
        SimRun run = runner.run(seed, options, true);
        run.timeline().forEach(out::println);
        report(run);
        return run.failure().isPresent() ? 1 : 0;
    }

    private int runAll() throws InterruptedException {
        long start = System.nanoTime();
        next.set(first);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < cores; i++) {
            var thread = new Thread(this::runSome, "simulate-" + i);
            thread.start();
            threads.add(thread);
        }
        long shown = start;
        while (threads.stream().anyMatch(Thread::isAlive)) {
            threads.get(0).join(200);
            if (System.nanoTime() - shown > 10_000_000_000L) {
                shown = System.nanoTime();
                progress(start);
            }
        }
        progress(start);
        return failed.get() > 0 || finished.get() < seeds ? 1 : 0;
    }

    private void runSome() {
        long seed = next.getAndIncrement();
        // Not by the last seed's number, which may be too great for one.
        while (seed - first < seeds && failed.get() < keepGoing) {
            try {
                runOne(seed);
            } catch (Throwable e) {
                // Not even a run that can be told of: this seed has failed all the same, and the others are still to be
                // run.
                failed.incrementAndGet();
                out.printf("seed %d FAILS before or behind its run: %s%n", seed, e);
            }
            seed = next.getAndIncrement();
        }
    }

    private void runOne(long seed) {
        long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        SimRun run = runner.run(seed, options, false);
        cpuNanos.addAndGet(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before);
        finished.incrementAndGet();
        operations.addAndGet(run.operations());
        steps.addAndGet(run.steps());
        undecided.addAndGet(run.undecided());
        if (run.failure().isPresent()) {
            failed.incrementAndGet();
            report(shrink ? run.shrunk() : run);
        }
    }

    private synchronized void report(SimRun run) {
        if (run.failure().isEmpty()) {
            out.printf("seed %d: all holds, timeline %x%n", run.seed(), run.hash());
            return;
        }
        Throwable failure = run.failure().get();
        // An error of the machine has no words of its own.
        String what = failure instanceof RuntimeException ? failure.getMessage() : failure.toString();
        out.printf("seed %d FAILS at %.3f s: %s%n", run.seed(), run.simulatedNanos() / 1e9, what);
        StackTraceElement[] stack = failure.getStackTrace();
        for (int i = 0; i < Math.min(8, stack.length); i++) {
            out.println("    at " + stack[i]);
        }
        var on = EnumSet.noneOf(Fault.class);
        on.addAll(new SimWorld(run.seed(), run.options(), false).faults);
        out.println("  with " + on);
        out.println("  replay: " + run.command());
    }

    private void progress(long start) {
        double seconds = (System.nanoTime() - start) / 1e9;
        out.printf(
                "%,d of %,d seeds, %.0f seeds/s on %d cores, %.0f a second of processor time, %,d operations, %,d steps, %d failed, %d undecided%n",
                finished.get(),
                seeds,
                finished.get() / seconds,
                cores,
                finished.get() / Math.max(1e-3, cpuNanos.get() / 1e9),
                operations.get(),
                steps.get(),
                failed.get(),
                undecided.get());
    }
}
