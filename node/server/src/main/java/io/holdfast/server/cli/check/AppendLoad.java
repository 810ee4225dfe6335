package io.holdfast.server.cli.check;

import io.holdfast.checker.Transaction.Append;
import io.holdfast.checker.Transaction.Operation;
import io.holdfast.checker.Transaction.Read;
import io.holdfast.checker.Transaction.Status;
import io.holdfast.client.HoldfastClient;
import io.holdfast.client.HoldfastException;
import io.holdfast.client.Key;
import io.holdfast.client.Keyspace;
import io.holdfast.client.SnapshotOptions;
import io.holdfast.client.TransactionInDoubtException;
import io.holdfast.client.TransactionOptions;
import io.holdfast.client.Versioned;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Processes that read lists of numbers and append to them in transactions, for as long as they may, and a record of what each did and
 * saw.
 */
public final class AppendLoad extends Load {
    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final String keyspace;
    private final int keys;
    private final AtomicLong lastNumber = new AtomicLong();
    private final AtomicLong lastTransaction = new AtomicLong();
    private final History history = new History();

    /** @param clients are shared by the processes in turn; the caller closes them */
    public AppendLoad(List<HoldfastClient> clients, String keyspace, int processes, int keys) {
        super(clients, "append", processes);
        this.keyspace = keyspace;
        this.keys = keys;
        start();
    }

    public History history() {
        return history;
    }

    @Override
    void stop(Duration wait) throws InterruptedException {
        history.ended();
        super.stop(wait);
    }

    @Override
    Status transaction(HoldfastClient client, long process, SplittableRandom random) {
        int dice = random.nextInt(100);
        List<Operation> plan = plan(random, dice < 70);
        boolean strict = dice < 85;
        String name = "T" + lastTransaction.incrementAndGet();
        long invoked = history.invoked(process, plan, strict);
        List<Operation> done = new ArrayList<>();
        Status status;
        try {
            status = strict ? strict(client, plan, done) : snapshot(client, plan, done);
        } catch (HoldfastException failed) {
            status = Status.ABORTED;
        } catch (RuntimeException | Error unexpected) {
            // It may have happened all the same, and must not be taken for none by those who judge the others.
            history.completed(name, process, invoked, Status.UNKNOWN, strict, plan);
            throw unexpected;
        }
        history.completed(name, process, invoked, status, strict, status == Status.COMMITTED ? done : plan);
        return status;
    }

    private List<Operation> plan(SplittableRandom random, boolean writes) {
        var plan = new ArrayList<Operation>();
        random.ints(1 + random.nextInt(4), 0, keys).distinct().forEach(key -> {
            boolean append = writes && (plan.isEmpty() || random.nextBoolean());
            String name = "list" + key;
            plan.add(append ? new Append(name, lastNumber.incrementAndGet()) : new Read(name, List.of()));
        });
        return plan;
    }

    private Status strict(HoldfastClient client, List<Operation> plan, List<Operation> done) {
        var transaction = client.keyspace(keyspace).begin(TransactionOptions.DEFAULT.withDeadline(DEADLINE));
        try {
            for (Operation operation : plan) {
                Key key = Key.of(operation.key());
                List<Long> list = transaction
                        .get(key)
                        .map(value -> decode(operation.key(), value))
                        .orElse(List.of());
                if (operation instanceof Append append) {
                    transaction.put(key, encode(list, append.value()));
                    done.add(append);
                } else {
                    done.add(new Read(operation.key(), list));
                }
            }
            transaction.commit();
            return Status.COMMITTED;
        } catch (TransactionInDoubtException doubt) {
            return outcome(client, doubt);
        }
    }

    private Status snapshot(HoldfastClient client, List<Operation> plan, List<Operation> done) {
        Keyspace lists = client.keyspace(keyspace);
        List<Key> wanted = plan.stream().map(it -> Key.of(it.key())).toList();
        Map<Key, Versioned> found = lists.snapshot(SnapshotOptions.NOW).getAll(wanted);
        for (Key key : wanted) {
            done.add(new Read(
                    key.toString(),
                    found.containsKey(key)
                            ? decode(key.toString(), found.get(key).value())
                            : List.of()));
        }
        return Status.COMMITTED;
    }

    static List<Long> decode(String list, byte[] value) {
        String text = new String(value, StandardCharsets.US_ASCII);
        try {
            return Arrays.stream(text.split(" ")).map(Long::valueOf).toList();
        } catch (NumberFormatException unreadable) {
            throw new Trouble.Found("unreadable", list + " holds '" + text + "', which is no list of numbers.");
        }
    }

    private static byte[] encode(List<Long> list, long appended) {
        var text = new StringBuilder();
        list.forEach(number -> text.append(number).append(' '));
        return text.append(appended).toString().getBytes(StandardCharsets.US_ASCII);
    }
}
