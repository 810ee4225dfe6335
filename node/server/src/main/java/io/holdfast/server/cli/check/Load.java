package io.holdfast.server.cli.check;

import io.holdfast.checker.Transaction.Status;
import io.holdfast.client.HoldfastClient;
import io.holdfast.client.HoldfastException;
import io.holdfast.client.TransactionInDoubtException;
import io.holdfast.client.TransactionOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Processes that run transactions for as long as they may. Each runs one at a time, in a thread of its own. */
abstract class Load implements AutoCloseable {
    private static final Duration LONGEST_END = Duration.ofMinutes(2);

    private final List<HoldfastClient> clients;
    private final AtomicLong lastProcess;
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<Trouble> troubles = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    /** @param clients are shared by the processes in turn; the caller closes them */
    Load(List<HoldfastClient> clients, String name, int processes) {
        this.clients = List.copyOf(clients);
        this.lastProcess = new AtomicLong(processes - 1L);
        for (int process = 0; process < processes; process++) {
            int number = process;
            Thread thread = new Thread(() -> run(number), name + "-" + process);
            // One that is stuck must not keep the command from its end.
            thread.setDaemon(true);
            threads.add(thread);
        }
    }

    /** Runs one transaction and writes down what it did and saw; answers how it ended. */
    abstract Status transaction(HoldfastClient client, long process, SplittableRandom random);

    void start() {
        threads.forEach(Thread::start);
    }

    /** Lets every process end its transaction, and waits for that. */
    public void stop() throws InterruptedException {
        stop(LONGEST_END);
    }

    void stop(Duration wait) throws InterruptedException {
        over = true;
        long deadline = System.nanoTime() + wait.toNanos();
        for (Thread thread : threads) {
            thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            if (thread.isAlive()) {
                troubles.add(new Trouble("stuck", "Process " + thread.getName() + " has not ended its transaction."));
            }
        }
    }

    /** What went wrong with processes: a load with any has not done what it should. */
    public List<Trouble> troubles() {
        return List.copyOf(troubles);
    }

    @Override
    public void close() {
        over = true;
    }

    private void run(int number) {
        try {
            runUntilOver(number);
        } catch (Throwable end) {
            // An error, too: whatever it is, this process does not test any more, and nobody else would say so.
            troubles.add(Trouble.of(Thread.currentThread().getName(), end));
        }
    }

    private void runUntilOver(int number) {
        var random = new SplittableRandom(number);
        HoldfastClient client = clients.get(number % clients.size());
        long process = number;
        while (!over) {
            Status status = transaction(client, process, random);
            // Who does not know how its transaction ended is another process from then on, as in Jepsen's histories.
            process = status == Status.UNKNOWN ? lastProcess.incrementAndGet() : process;
        }
    }

    static Status outcome(HoldfastClient client, TransactionInDoubtException doubt) {
        try {
            TransactionOutcome outcome = client.outcome(doubt.transactionId());
            if (outcome instanceof TransactionOutcome.Committed) {
                return Status.COMMITTED;
            }
            return outcome instanceof TransactionOutcome.NotCommitted ? Status.ABORTED : Status.UNKNOWN;
        } catch (HoldfastException unknown) {
            return Status.UNKNOWN;
        }
    }
}
