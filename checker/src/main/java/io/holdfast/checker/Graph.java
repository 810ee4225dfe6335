package io.holdfast.checker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

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

    /** The sets of more than one node that can all reach each other (Tarjan, 1972), without recursion: histories are long. */
    List<Set<Integer>> components() {
        int count = edges.size();
        var index = new int[count];
        Arrays.fill(index, -1);
        var low = new int[count];
        var next = new int[count];
        var onStack = new boolean[count];
        var stack = new ArrayDeque<Integer>();
        var components = new ArrayList<Set<Integer>>();
        int counter = 0;
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
                    int to = edges.get(node).get(next[node]++).to();
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
                    Set<Integer> component = popTo(node, stack, onStack);
                    if (component.size() > 1) {
                        components.add(component);
                    }
                }
            }
        }
        return components;
    }

    private static Set<Integer> popTo(int node, ArrayDeque<Integer> stack, boolean[] onStack) {
        var component = new HashSet<Integer>();
        int popped;
        do {
            popped = stack.pop();
            onStack[popped] = false;
            component.add(popped);
        } while (popped != node);
        return component;
    }

    /** A shortest cycle within a component that uses only these kinds. */
    Optional<List<Edge>> cycle(Set<Integer> component, EnumSet<Kind> kinds) {
        Optional<List<Edge>> shortest = Optional.empty();
        for (int node : component) {
            Optional<List<Edge>> found =
                    path(node, node, edge -> component.contains(edge.to()) && kinds.contains(edge.kind()));
            if (found.isPresent()
                    && (shortest.isEmpty()
                            || found.get().size() < shortest.get().size())) {
                shortest = found;
            }
        }
        return shortest;
    }

    /** A cycle with just one edge of this kind, and the rest of the others. */
    Optional<List<Edge>> cycleWithOne(Set<Integer> component, Kind single, EnumSet<Kind> others) {
        for (int node : component) {
            for (Edge edge : edges.get(node)) {
                if (edge.kind() == single && component.contains(edge.to())) {
                    Optional<List<Edge>> back =
                            path(edge.to(), node, it -> component.contains(it.to()) && others.contains(it.kind()));
                    if (back.isPresent()) {
                        var cycle = new ArrayList<Edge>();
                        cycle.add(edge);
                        cycle.addAll(back.get());
                        return Optional.of(cycle);
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** A shortest path of at least one edge. */
    private Optional<List<Edge>> path(int from, int to, Predicate<Edge> allowed) {
        var reachedBy = new java.util.HashMap<Integer, Edge>();
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

    private static List<Edge> unwind(int from, int to, java.util.Map<Integer, Edge> reachedBy) {
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
