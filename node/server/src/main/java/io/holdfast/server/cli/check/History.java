package io.holdfast.server.cli.check;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.checker.SharedLists;
import io.holdfast.checker.Transaction;
import io.holdfast.checker.Transaction.Append;
import io.holdfast.checker.Transaction.Operation;
import io.holdfast.checker.Transaction.Read;
import io.holdfast.checker.Transaction.Status;
import io.holdfast.server.cli.Json;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What processes did, as it came, and as transactions for the checker. Written as JSON lines, in the form of Jepsen's list-append
 * histories: an operation a line with process, type (invoke, ok, fail, info), time in nanoseconds, and value. Thread-safe.
 */
public final class History {
    private final LongSupplier clock;
    private final long begin;
    private final SharedLists lists = new SharedLists();
    private final List<Event> events = new ArrayList<>();
    private final List<Transaction> transactions = new ArrayList<>();

    private record Event(long process, String type, String function, long nanos, List<Operation> value) {}

    private OptionalLong end = OptionalLong.empty();

    History() {
        this(System::nanoTime);
    }

    /** @param clock in nanoseconds */
    History(LongSupplier clock) {
        this.clock = clock;
        this.begin = clock.getAsLong();
    }

    private long now() {
        return clock.getAsLong() - begin;
    }

    /** Answers when that was. */
    synchronized long invoked(long process, List<Operation> plan, boolean strict) {
        long now = now();
        events.add(new Event(process, "invoke", function(strict), now, plan));
        return now;
    }

    /** A snapshot does not promise to follow real time, so others must be able to leave it out. */
    private static String function(boolean strict) {
        return strict ? "txn" : "snapshot";
    }

    /** From now on nobody begins another transaction. */
    synchronized void ended() {
        end = OptionalLong.of(now());
    }

    synchronized void completed(
            String name, long process, long invoked, Status status, boolean strict, List<Operation> operations) {
        long now = now();
        List<Operation> kept = status == Status.COMMITTED
                ? operations.stream().map(this::shared).toList()
                : operations;
        events.add(new Event(process, BankHistory.type(status), function(strict), now, kept));
        // Plans hold no reads: what an unknown one read is not known.
        List<Operation> seen = status == Status.COMMITTED
                ? kept
                : operations.stream().filter(Append.class::isInstance).toList();
        transactions.add(new Transaction(name, process, invoked, now, status, strict, seen));
    }

    private Operation shared(Operation operation) {
        return operation instanceof Read read
                ? new Read(read.key(), lists.shared(read.key(), read.values()))
                : operation;
    }

    public synchronized List<Transaction> transactions() {
        return List.copyOf(transactions);
    }

    public synchronized long count(Status status) {
        return transactions.stream().filter(it -> it.status() == status).count();
    }

    /** Committed transactions that have appended something. */
    public synchronized long appends() {
        return transactions.stream()
                .filter(it -> it.status() == Status.COMMITTED)
                .filter(it -> it.operations().stream().anyMatch(Append.class::isInstance))
                .count();
    }

    /** The longest time without a commit between the begin and the end, in milliseconds. */
    public synchronized long worstGapMillis() {
        long worst = 0;
        long last = 0;
        for (Event event : events) {
            if (event.type().equals("ok") && event.function().equals("txn")) {
                // One that was under way at the end may be done long after, when nobody begins any more.
                long at = Math.min(event.nanos(), end.orElse(Long.MAX_VALUE));
                worst = Math.max(worst, at - last);
                last = at;
            }
        }
        worst = Math.max(worst, end.orElse(last) - last);
        return worst / 1_000_000;
    }

    synchronized void write(OutputStream file) throws IOException {
        write(file, IntStream.range(0, events.size()).mapToObj(index -> Json.compact(line(index, events.get(index)))));
    }

    static void write(OutputStream file, Stream<String> lines) throws IOException {
        var out = new PrintStream(new BufferedOutputStream(file), false, StandardCharsets.UTF_8);
        lines.forEach(out::println);
        if (out.checkError()) {
            throw new IOException("Not all of the history could be written: is there space?");
        }
    }

    private static ObjectNode line(int index, Event event) {
        ObjectNode line = Json.object();
        line.put("index", index);
        line.put("process", event.process());
        line.put("type", event.type());
        line.put("f", event.function());
        line.put("time", event.nanos());
        ArrayNode value = line.putArray("value");
        for (Operation operation : event.value()) {
            ArrayNode one = value.addArray();
            if (operation instanceof Append append) {
                one.add("append").add(append.key()).add(append.value());
            } else if (event.type().equals("ok")) {
                one.add("r").add(operation.key());
                ArrayNode list = one.addArray();
                ((Read) operation).values().forEach(list::add);
            } else {
                one.add("r").add(operation.key()).addNull();
            }
        }
        return line;
    }
}
