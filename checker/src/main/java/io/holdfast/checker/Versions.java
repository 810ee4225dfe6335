package io.holdfast.checker;

import io.holdfast.checker.Transaction.Append;
import io.holdfast.checker.Transaction.Operation;
import io.holdfast.checker.Transaction.Read;
import io.holdfast.checker.Transaction.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The order of the appends to each key, as the reads show it; and what can be wrong without any cycle. */
final class Versions {
    /** Who appended a value, by key. */
    private final Map<String, Map<Long, Transaction>> appenders = new HashMap<>();
    /** The longest list that anybody has read, by key. */
    private final TreeMap<String, List<Long>> orders = new TreeMap<>();

    /** Values of a key that were looked at: histories are long, and the beginning of a list needs no second look. */
    private static final class Checked {
        private List<Long> list = List.of();
        private final Set<Long> values = new HashSet<>();
    }

    private final Map<String, Checked> checked = new HashMap<>();

    private Optional<Violation> violation = Optional.empty();

    /** Unknown ones that somebody has read something of. By identity, as comparing would look at all that they did. */
    private final Set<Transaction> observed = Collections.newSetFromMap(new IdentityHashMap<>());

    private final Deque<Transaction> toCollect = new ArrayDeque<>();

    Versions(List<Transaction> history) {
        history.forEach(this::collectAppends);
        List<Transaction> committed =
                history.stream().filter(it -> it.status() == Status.COMMITTED).toList();
        committed.forEach(this::collectReads);
        committed.forEach(this::checkReads);
        // What was read by a transaction that did not happen promises nothing. What one has read that did happen can
        // show that more did.
        while (!toCollect.isEmpty()) {
            Transaction known = toCollect.remove();
            collectReads(known);
            checkReads(known);
        }
    }

    Optional<Violation> violation() {
        return violation;
    }

    Optional<Transaction> appender(String key, long value) {
        return Optional.ofNullable(appenders.getOrDefault(key, Map.of()).get(value));
    }

    List<Long> order(String key) {
        return orders.getOrDefault(key, List.of());
    }

    /** Whether somebody has read something that it wrote: then it is committed, whatever its process knows. */
    boolean observed(Transaction transaction) {
        return observed.contains(transaction);
    }

    static List<Append> appends(Transaction transaction) {
        var appends = new ArrayList<Append>();
        for (Operation operation : transaction.operations()) {
            if (operation instanceof Append append) {
                appends.add(append);
            }
        }
        return appends;
    }

    private void wrong(String anomaly, String explanation) {
        violation = violation.or(() -> Optional.of(new Violation(anomaly, explanation)));
    }

    private void collectAppends(Transaction transaction) {
        for (Append append : appends(transaction)) {
            Transaction other = appenders
                    .computeIfAbsent(append.key(), key -> new HashMap<>())
                    .putIfAbsent(append.value(), transaction);
            if (other != null) {
                throw new IllegalArgumentException(
                        append + " is in " + other + " and in " + transaction + ": such a history cannot be judged");
            }
        }
    }

    private void collectReads(Transaction transaction) {
        var own = new HashSet<String>();
        for (Operation operation : transaction.operations()) {
            if (operation instanceof Append append) {
                own.add(append.key());
            } else if (operation instanceof Read read && !own.contains(read.key())) {
                List<Long> longest = order(read.key());
                boolean longer = read.values().size() > longest.size();
                if (longer) {
                    orders.put(read.key(), read.values());
                    observe(
                            read.key(),
                            read.values().subList(longest.size(), read.values().size()));
                }
                List<Long> one = longer ? longest : read.values();
                List<Long> other = longer ? read.values() : longest;
                if (!SharedLists.isPrefix(one, other)) {
                    wrong(
                            "incompatible-order",
                            "key " + read.key() + " was read as " + one + " and as " + other
                                    + ", and neither can have become the other; one of them by " + transaction);
                }
            }
        }
    }

    private void observe(String key, List<Long> values) {
        for (long value : values) {
            appender(key, value)
                    .filter(it -> it.status() == Status.UNKNOWN && observed.add(it))
                    .ifPresent(toCollect::add);
        }
    }

    private void checkReads(Transaction transaction) {
        var expected = new HashMap<String, List<Long>>();
        for (Operation operation : transaction.operations()) {
            List<Long> known = expected.get(operation.key());
            if (operation instanceof Append append) {
                if (known != null) {
                    var longer = new ArrayList<>(known);
                    longer.add(append.value());
                    expected.put(append.key(), longer);
                }
            } else {
                var read = (Read) operation;
                if (known != null && !known.equals(read.values())) {
                    wrong(
                            "internal",
                            transaction + " read " + read.values() + " from key " + read.key() + ", and expected "
                                    + known + " from what it had read and appended before");
                }
                expected.put(read.key(), read.values());
                checkValues(transaction, read);
            }
        }
    }

    private void checkValues(Transaction reader, Read read) {
        Checked known = checked.computeIfAbsent(read.key(), key -> new Checked());
        if (!SharedLists.sharesPrefix(read.values(), known.list)) {
            if (!SharedLists.sharesPrefix(known.list, read.values())) {
                known = new Checked();
                checked.put(read.key(), known);
            }
            checkBehind(known, reader, read);
            known.list = read.values();
        }
        if (!read.values().isEmpty()) {
            checkIntermediate(reader, read);
        }
    }

    private void checkBehind(Checked known, Transaction reader, Read read) {
        for (long value : read.values().subList(known.list.size(), read.values().size())) {
            if (!known.values.add(value)) {
                wrong("duplicate", reader + " read a value twice in " + read);
            }
            Optional<Transaction> writer = appender(read.key(), value);
            if (writer.isEmpty()) {
                wrong("garbage", reader + " read " + value + " from key " + read.key() + ", which nobody appended");
            } else if (writer.get().status() == Status.ABORTED) {
                wrong(
                        "G1a",
                        reader + " read " + value + " from key " + read.key() + ", which was appended by "
                                + writer.get() + ", and that was aborted");
            }
        }
    }

    private void checkIntermediate(Transaction reader, Read read) {
        long last = read.values().get(read.values().size() - 1);
        Transaction writer = appender(read.key(), last).orElse(reader);
        if (writer != reader && lastAppended(writer, read.key()) != last) {
            wrong("G1b", reader + " read " + read + ", which " + writer + " left for a moment only");
        }
    }

    private static long lastAppended(Transaction writer, String key) {
        long last = 0;
        for (Operation operation : writer.operations()) {
            if (operation instanceof Append append && append.key().equals(key)) {
                last = append.value();
            }
        }
        return last;
    }
}
