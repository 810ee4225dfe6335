package io.holdfast.checker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Who must have come before whom, and why. Nodes are numbers. */
final class Graph {
    /** Why one comes before another, in Adya's words. */
    enum Kind {
        /** Appended right after the other. */
        WW,
        /** Read what the other appended. */
        WR,
        /** Did not see what the other appended. */
        RW,
        /** Completed before the other was invoked. */
        REALTIME
    }

    /** @param why made only when somebody reads it: most histories have no cycle */
    record Edge(int from, int to, Kind kind, Supplier<String> why) {}

    /** Of each a whole search may be made, whose time must stay about linear in the history. */
    private static final int TRIED_NODES = 32;

    private static final int TRIED_EDGES = 200;

    private final List<List<Edge>> edges = new ArrayList<>();

    int node() {
        edges.add(new ArrayList<>());
        return edges.size() - 1;
    }

    void edge(int from, int to, Kind kind, Supplier<String> why) {
        if (from != to) {
            edges.get(from).add(new Edge(from, to, kind, why));
        }
    }

    /** Whether somebody must have come before itself. */
    boolean hasCycle() {
        return firstOfMany(components(EnumSet.allOf(Kind.class))).isPresent();
    }

    /**
     * Numbers the sets of nodes that can all reach each other by edges of these kinds (Tarjan, 1972), without recursion: histories are long.
     * An edge leads into its own set or one of a lower number.
     */
    private int[] components(EnumSet<Kind> kinds) {
        int count = edges.size();
        var component = new int[count];
        var index = new int[count];
        Arrays.fill(index, -1);
        var low = new int[count];
        var next = new int[count];
        var onStack = new boolean[count];
        var stack = new ArrayDeque<Integer>();
        int counter = 0;
        int components = 0;
        for (int root = 0; root < count; root++) {
            if (index[root] >= 0) {
                continue;
            }
            var path = new ArrayDeque<Integer>();
            path.push(root);
            while (!path.isEmpty()) {
                int node = path.peek();
                if (index[node] < 0) {
                    index[node] = low[node] = counter++;
                    stack.push(node);
                    onStack[node] = true;
                }
                if (next[node] < edges.get(node).size()) {
                    Edge edge = edges.get(node).get(next[node]++);
                    if (!kinds.contains(edge.kind())) {
                        continue;
                    }
                    int to = edge.to();
                    if (index[to] < 0) {
                        path.push(to);
                    } else if (onStack[to]) {
                        low[node] = Math.min(low[node], index[to]);
                    }
                    continue;
                }
                path.pop();
                if (!path.isEmpty()) {
                    low[path.peek()] = Math.min(low[path.peek()], low[node]);
                }
                if (low[node] == index[node]) {
                    int popped;
                    do {
                        popped = stack.pop();
                        onStack[popped] = false;
                        component[popped] = components;
                    } while (popped != node);
                    components++;
                }
            }
        }
        return component;
    }

    private static OptionalInt firstOfMany(int[] component) {
        var size = new int[component.length];
        for (int number : component) {
            size[number]++;
        }
        return IntStream.range(0, size.length).filter(it -> size[it] > 1).findFirst();
    }

    /** A cycle that uses only these kinds: the shortest through one of some nodes, which is a shortest of all where they are few. */
    Optional<List<Edge>> cycle(EnumSet<Kind> kinds) {
        int[] component = components(kinds);
        OptionalInt number = firstOfMany(component);
        if (number.isEmpty()) {
            return Optional.empty();
        }
        return IntStream.range(0, component.length)
                .filter(node -> component[node] == number.getAsInt())
                .limit(TRIED_NODES)
                .mapToObj(node -> path(
                                node,
                                node,
                                edge -> component[edge.to()] == number.getAsInt() && kinds.contains(edge.kind()))
                        .orElseThrow())
                .min(Comparator.comparingInt(List::size));
    }

    /**
     * A cycle with just one edge of this kind, and the rest of the others, among which there must be none. Most edges cannot close one, as
     * their ends are in order already; where very many might, not all are tried.
     */
    Optional<List<Edge>> cycleWithOne(Kind single, EnumSet<Kind> others) {
        int[] component = components(others);
        return edges.stream()
                .flatMap(List::stream)
                .filter(edge -> edge.kind() == single && component[edge.to()] > component[edge.from()])
                .limit(TRIED_EDGES)
                .flatMap(edge -> around(edge, component, others).stream())
                .findFirst();
    }

    private Optional<List<Edge>> around(Edge edge, int[] component, EnumSet<Kind> others) {
        return path(
                        edge.to(),
                        edge.from(),
                        it -> component[it.to()] >= component[edge.from()] && others.contains(it.kind()))
                .map(back -> {
                    var cycle = new ArrayList<Edge>();
                    cycle.add(edge);
                    cycle.addAll(back);
                    return cycle;
                });
    }

    /** A shortest path of at least one edge. */
    private Optional<List<Edge>> path(int from, int to, Predicate<Edge> allowed) {
        var reachedBy = new HashMap<Integer, Edge>();
        var queue = new ArrayDeque<Integer>();
        queue.add(from);
        while (!queue.isEmpty()) {
            for (Edge edge : edges.get(queue.remove())) {
                if (!allowed.test(edge) || reachedBy.putIfAbsent(edge.to(), edge) != null) {
                    continue;
                }
                if (edge.to() == to) {
                    return Optional.of(unwind(from, to, reachedBy));
                }
                queue.add(edge.to());
            }
        }
        return Optional.empty();
    }

    private static List<Edge> unwind(int from, int to, Map<Integer, Edge> reachedBy) {
        var path = new ArrayList<Edge>();
        int node = to;
        do {
            Edge edge = reachedBy.get(node);
            path.add(edge);
            node = edge.from();
        } while (node != from);
        Collections.reverse(path);
        return path;
    }
}
