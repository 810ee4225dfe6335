package io.holdfast.server.cli.check;

import io.holdfast.checker.Transaction.Status;
import io.holdfast.client.HoldfastClient;
import io.holdfast.client.HoldfastException;
import io.holdfast.client.TransactionInDoubtException;
import io.holdfast.client.TransactionOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Processes that run transactions for as long as they may. Each runs one at a time, in a thread of its own. */
abstract class Load implements AutoCloseable {
    private final List<HoldfastClient> clients;
    private final AtomicLong lastProcess;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean over;

    /** @param clients are shared by the processes in turn; the caller closes them */
    Load(List<HoldfastClient> clients, String name, int processes) {
        this.clients = List.copyOf(clients);
        this.lastProcess = new AtomicLong(processes - 1L);
        for (int process = 0; process < processes; process++) {
            int number = process;
            threads.add(new Thread(() -> run(number), name + "-" + process));
        }
    }

    /** Runs one transaction and writes down what it did and saw; answers how it ended. */
    abstract Status transaction(HoldfastClient client, long process, SplittableRandom random);

    void start() {
        threads.forEach(Thread::start);
    }

    /** Lets every process end its transaction, and waits for that. */
    public void stop() throws InterruptedException {
        over = true;
        for (Thread thread : threads) {
            thread.join(TimeUnit.MINUTES.toMillis(2));
        }
    }

    @Override
    public void close() {
        over = true;
    }

    private void run(int number) {
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
