package io.holdfast.checker;

import io.holdfast.checker.Graph.Edge;
import io.holdfast.checker.Graph.Kind;
import io.holdfast.checker.Transaction.Append;
import io.holdfast.checker.Transaction.Operation;
import io.holdfast.checker.Transaction.Read;
import io.holdfast.checker.Transaction.Status;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Decides whether a history of list appends is strict serializable, as far as its reads can show: a violation is one for certain, and
 * what the reads do not show is not found. Takes time about linear in the history where all is well.
 */
public final class ListAppendChecker {
    private final Versions versions;
    private final List<Transaction> happened;
    private final Graph graph = new Graph();
    /** By identity: two transactions may look alike, and comparing them would look at all that they did. */
    private final Map<Transaction, Integer> nodes = new IdentityHashMap<>();

    private final List<String> names = new ArrayList<>();

    private final boolean realTime;

    private ListAppendChecker(List<Transaction> history, boolean realTime) {
        this.realTime = realTime;
        this.versions = new Versions(history);
        this.happened = history.stream()
                .filter(it -> it.status() == Status.COMMITTED || it.status() == Status.UNKNOWN && versions.observed(it))
                .toList();
    }

    /**
     * What is wrong with the history, or nothing. The strict ones must have an order that follows real time. Those that write and the
     * snapshots of the past must have an order as well, by their timestamps, which need not follow real time: where clocks of sites
     * differ, a snapshot may hold one transaction and miss another one that had completed before that began. Strict ones that only
     * read have no timestamp, and may have seen the two in their order of real time; so they are not judged against snapshots.
     */
    public static Optional<Violation> check(List<Transaction> history) {
        List<Transaction> strict = history.stream().filter(Transaction::strict).toList();
        Optional<Violation> found = judge(strict, true);
        if (found.isPresent() || strict.size() == history.size()) {
            return found;
        }
        return judge(
                history.stream()
                        .filter(it -> !it.strict() || !Versions.appends(it).isEmpty())
                        .toList(),
                false);
    }

    private static Optional<Violation> judge(List<Transaction> history, boolean realTime) {
        var checker = new ListAppendChecker(history, realTime);
        return checker.versions.violation().or(checker::cycle);
    }

    private Optional<Violation> cycle() {
        happened.forEach(it -> nodes.put(it, node(it.name())));
        var keys = new HashSet<String>();
        happened.forEach(it -> it.operations().forEach(operation -> keys.add(operation.key())));
        keys.stream().sorted().forEach(this::appendsInOrder);
        happened.forEach(this::reads);
        if (realTime) {
            addRealTime();
        }
        return graph.hasCycle() ? Optional.of(violation()) : Optional.empty();
    }

    private int node(String name) {
        names.add(name);
        return graph.node();
    }

    private void appendsInOrder(String key) {
        List<Long> order = versions.order(key);
        for (int i = 1; i < order.size(); i++) {
            before(
                    appender(key, order.get(i - 1)),
                    appender(key, order.get(i)),
                    Kind.WW,
                    behind(key, order.get(i), order.get(i - 1)));
        }
        // What nobody has read stands behind all that was read.
        if (!order.isEmpty()) {
            long last = order.get(order.size() - 1);
            unread(key)
                    .forEach(append -> before(
                            appender(key, last),
                            appender(key, append.value()),
                            Kind.WW,
                            () -> "appended " + append.value() + " to key " + key + " somewhere behind " + last));
        }
    }

    private final Map<String, List<Append>> unread = new HashMap<>();

    private List<Append> unread(String key) {
        if (unread.isEmpty()) {
            for (Transaction transaction : happened) {
                for (Append append : Versions.appends(transaction)) {
                    unread.computeIfAbsent(append.key(), it -> new ArrayList<>());
                    boolean read = readValues(append.key()).contains(append.value());
                    if (!read) {
                        unread.get(append.key()).add(append);
                    }
                }
            }
        }
        return unread.getOrDefault(key, List.of());
    }

    private final Map<String, Set<Long>> readValues = new HashMap<>();

    private Set<Long> readValues(String key) {
        return readValues.computeIfAbsent(key, it -> new HashSet<>(versions.order(it)));
    }

    private Transaction appender(String key, long value) {
        return versions.appender(key, value).orElseThrow();
    }

    private void before(Transaction first, Transaction second, Kind kind, Supplier<String> why) {
        Integer from = nodes.get(first);
        Integer to = nodes.get(second);
        if (from != null && to != null) {
            graph.edge(from, to, kind, why);
        }
    }

    private void reads(Transaction reader) {
        var own = new HashSet<String>();
        for (Operation operation : reader.operations()) {
            if (operation instanceof Append append) {
                own.add(append.key());
            } else if (!own.contains(operation.key())) {
                read(reader, (Read) operation);
            }
        }
    }

    private void read(Transaction reader, Read read) {
        int length = read.values().size();
        if (length > 0) {
            long last = read.values().get(length - 1);
            before(
                    appender(read.key(), last),
                    reader,
                    Kind.WR,
                    () -> "read " + last + " from key " + read.key() + ", which the former appended");
        }
        List<Long> order = versions.order(read.key());
        if (length < order.size()) {
            long next = order.get(length);
            before(reader, appender(read.key(), next), Kind.RW, missed(read, next));
        } else {
            unread(read.key())
                    .forEach(append -> before(
                            reader, appender(append.key(), append.value()), Kind.RW, missed(read, append.value())));
        }
    }

    private static Supplier<String> behind(String key, long value, long former) {
        return () -> "appended " + value + " right behind " + former + " to key " + key;
    }

    private static Supplier<String> missed(Read read, long value) {
        return () -> "appended " + value + " to key " + read.key() + ", which the former read as " + read.values();
    }

    /**
     * Between the end of one and the begin of the other stands a chain of moments, so that the edges stay as many as the transactions.
     */
    private void addRealTime() {
        List<Transaction> byEnd = happened.stream()
                .filter(it -> it.status() == Status.COMMITTED)
                .sorted(Comparator.comparingLong(Transaction::completed))
                .toList();
        List<Transaction> byBegin = happened.stream()
                .sorted(Comparator.comparingLong(Transaction::invoked))
                .toList();
        int ended = 0;
        int moment = -1;
        for (Transaction begun : byBegin) {
            while (ended < byEnd.size() && byEnd.get(ended).completed() < begun.invoked()) {
                Transaction before = byEnd.get(ended++);
                int later = node("");
                graph.edge(nodes.get(before), later, Kind.REALTIME, () -> "");
                if (moment >= 0) {
                    graph.edge(moment, later, Kind.REALTIME, () -> "");
                }
                moment = later;
            }
            if (moment >= 0) {
                graph.edge(moment, nodes.get(begun), Kind.REALTIME, () -> "was invoked after the former had completed");
            }
        }
    }

    private Violation violation() {
        for (boolean realTime : new boolean[] {false, true}) {
            String suffix = realTime ? "-realtime" : "";
            Optional<Violation> found = named("G0" + suffix, graph.cycle(kinds(realTime, Kind.WW)))
                    .or(() -> named("G1c" + suffix, graph.cycle(kinds(realTime, Kind.WW, Kind.WR))))
                    .or(() ->
                            named("G-single" + suffix, graph.cycleWithOne(Kind.RW, kinds(realTime, Kind.WW, Kind.WR))))
                    .or(() -> named("G2" + suffix, graph.cycle(kinds(realTime, Kind.WW, Kind.WR, Kind.RW))));
            if (found.isPresent()) {
                return found.get();
            }
        }
        throw new IllegalStateException("a cycle of no kind");
    }

    private static EnumSet<Kind> kinds(boolean realTime, Kind first, Kind... others) {
        EnumSet<Kind> kinds = EnumSet.of(first, others);
        if (realTime) {
            kinds.add(Kind.REALTIME);
        }
        return kinds;
    }

    private Optional<Violation> named(String anomaly, Optional<List<Edge>> cycle) {
        return cycle.map(edges -> new Violation(anomaly, explain(edges)));
    }

    private String explain(List<Edge> cycle) {
        var text = new StringBuilder("these must each have come before the next:");
        // The moments between are no transactions: the chain starts at one that is.
        int start = 0;
        while (names.get(cycle.get(start).from()).isEmpty()) {
            start++;
        }
        for (int i = 0; i < cycle.size(); i++) {
            Edge edge = cycle.get((start + i) % cycle.size());
            if (!names.get(edge.to()).isEmpty()) {
                text.append("\n  ")
                        .append(names.get(edge.to()))
                        .append(' ')
                        .append(edge.why().get())
                        .append(" (")
                        .append(edge.kind().name().toLowerCase(java.util.Locale.ROOT))
                        .append(')');
            }
        }
        var involved = new HashSet<String>();
        cycle.forEach(edge -> involved.add(names.get(edge.to())));
        happened.stream().filter(it -> involved.contains(it.name())).forEach(it -> text.append("\n  where ")
                .append(it));
        return text.toString();
    }
}
