package io.holdfast.core.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Decides whether the operations on one key could have happened one after the other, each between its call and its return (Wing
 * and Gong, "Testing and verifying concurrent objects", 1993), with Lowe's memory of states that were tried ("Testing for
 * linearizability", 2017). Operations of which nobody saw an effect and nobody was told are left out first: they
 * could only widen the search. Operations without an outcome may take effect at any time after their call, or never.
 */
public final class Linearizability {
    /** Steps of the search; a history that takes more stays undecided, which is counted and not hidden. */
    private static final long BUDGET = 300_000;

    private final Operation[] operations;
    private final Node head = new Node(-1, false, 0);
    private final Set<Tried> tried = new HashSet<>();
    private final long[] done;
    private int certainLeft;
    private long steps;
    private int[] longest = new int[0];

    public enum Verdict {
        LINEARIZABLE,
        NOT_LINEARIZABLE,
        UNDECIDED
    }

    /** @param clash the operations that cannot be brought into order, the last one of which showed it; empty if all is well */
    public record Result(Verdict verdict, List<Operation> clash) {}

    private static final class Node {
        final int operation;
        final boolean call;
        final long moment;
        Node match;
        Node previous;
        Node next;

        Node(int operation, boolean call, long moment) {
            this.operation = operation;
            this.call = call;
            this.moment = moment;
        }
    }

    private record Tried(long[] done, int state, int hash) {
        static Tried of(long[] done, int state) {
            return new Tried(done.clone(), state, Arrays.hashCode(done) * 31 + state);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Tried tried && tried.state == state && Arrays.equals(tried.done, done);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    private Linearizability(Operation[] operations) {
        this.operations = operations;
        this.done = new long[operations.length / 64 + 1];
        link();
    }

    /**
     * Searches an order for these operations on one key that was absent before. The sooner one stands in the list the sooner it is
     * tried, so a good guess at the order makes the search short; it changes nothing about what is found.
     */
    public static Result check(List<Operation> history) {
        var search = new Linearizability(relevant(history));
        Verdict verdict = search.run();
        List<Operation> clash = verdict == Verdict.NOT_LINEARIZABLE ? search.clash() : List.of();
        return new Result(verdict, clash);
    }

    private static Operation[] relevant(List<Operation> history) {
        var seen = new BitSet();
        // A condition may be the trace of a write that nobody saw: where it failed and what it found is not known,
        // or where it only asks whether there is a value.
        boolean anyMayShow = false;
        for (Operation operation : history) {
            if (operation.kind() == Operation.Kind.READ) {
                seen.set(operation.value());
            }
            if (operation.found() != Operation.UNKNOWN) {
                seen.set(operation.found());
            }
            seen.set(operation.expected());
            boolean blind =
                    operation.result() == Operation.Result.CONDITION_FAILED && operation.found() == Operation.UNKNOWN;
            anyMayShow |= blind || operation.condition() == Operation.Condition.PRESENT;
        }
        var relevant = new ArrayList<Operation>(history.size());
        for (Operation operation : history) {
            if (operation.certain() || operation.value() == 0 || anyMayShow || seen.get(operation.value())) {
                relevant.add(operation);
            }
        }
        return relevant.toArray(Operation[]::new);
    }

    private void link() {
        var events = new ArrayList<Node>();
        for (int i = 0; i < operations.length; i++) {
            Node call = new Node(i, true, operations[i].invoked());
            events.add(call);
            if (operations[i].certain()) {
                certainLeft++;
                call.match = new Node(i, false, operations[i].returned());
                events.add(call.match);
            }
        }
        events.sort((one, other) -> Long.compare(one.moment, other.moment));
        Node last = head;
        for (Node event : events) {
            last.next = event;
            event.previous = last;
            last = event;
        }
    }

    /** One place in the order: what may stand there, and what was chosen. */
    private static final class Choice {
        final int stateBefore;
        final List<Node> candidates;
        /** Who returns first, and so must stand here or before; null at the end of the history. */
        final Node firstReturn;

        int tried;

        Choice(int stateBefore, List<Node> candidates, Node firstReturn) {
            this.stateBefore = stateBefore;
            this.candidates = candidates;
            this.firstReturn = firstReturn;
        }

        Node chosen() {
            return candidates.get(tried - 1);
        }
    }

    private Verdict run() {
        var order = new ArrayList<Choice>();
        int state = 0;
        Choice choice = choice(state);
        while (certainLeft > 0) {
            if (++steps > BUDGET) {
                return Verdict.UNDECIDED;
            }
            if (choice.tried < choice.candidates.size()) {
                Node candidate = choice.candidates.get(choice.tried++);
                int next = operations[candidate.operation].apply(state);
                if (next != Operation.UNKNOWN && advance(candidate, next)) {
                    order.add(choice);
                    state = next;
                    choice = choice(state);
                }
                continue;
            }
            // Nothing more may stand here: the last choice was wrong.
            remember(order, choice.firstReturn);
            if (order.isEmpty()) {
                return Verdict.NOT_LINEARIZABLE;
            }
            choice = order.remove(order.size() - 1);
            state = choice.stateBefore;
            undo(choice.chosen());
        }
        return Verdict.LINEARIZABLE;
    }

    /**
     * What was called before the first return that is left may come next. What changes nothing is taken at once where it fits, and
     * needs no second try: every order that has it later is as good with it here.
     */
    private Choice choice(int state) {
        var candidates = new ArrayList<Node>();
        Node at = head.next;
        while (at != null && at.call) {
            Operation operation = operations[at.operation];
            if (operation.changesNothing() && operation.apply(state) == state) {
                return new Choice(state, List.of(at), null);
            }
            if (!operation.changesNothing()) {
                candidates.add(at);
            }
            at = at.next;
        }
        candidates.sort(Comparator.comparingInt(node -> node.operation));
        return new Choice(state, candidates, at);
    }

    private boolean advance(Node call, int state) {
        done[call.operation >> 6] |= 1L << (call.operation & 63);
        boolean known = !operations[call.operation].changesNothing() && !tried.add(Tried.of(done, state));
        if (known) {
            done[call.operation >> 6] &= ~(1L << (call.operation & 63));
            return false;
        }
        unlink(call);
        if (call.match != null) {
            unlink(call.match);
            certainLeft--;
        }
        return true;
    }

    private void undo(Node call) {
        done[call.operation >> 6] &= ~(1L << (call.operation & 63));
        if (call.match != null) {
            relink(call.match);
            certainLeft++;
        }
        relink(call);
    }

    private static void unlink(Node node) {
        node.previous.next = node.next;
        if (node.next != null) {
            node.next.previous = node.previous;
        }
    }

    private static void relink(Node node) {
        node.previous.next = node;
        if (node.next != null) {
            node.next.previous = node;
        }
    }

    /** The longest order found is the best witness: what stands behind it clashes with the operation it stopped at. */
    private void remember(List<Choice> order, Node stuck) {
        if (order.size() + 1 > longest.length) {
            longest = new int[order.size() + 1];
            for (int i = 0; i < order.size(); i++) {
                longest[i] = order.get(i).chosen().operation;
            }
            longest[order.size()] = stuck == null ? -1 : stuck.operation;
        }
    }

    private List<Operation> clash() {
        var clash = new ArrayList<Operation>();
        int stuck = longest[longest.length - 1];
        for (int i = Math.max(0, longest.length - 5); i < longest.length - 1; i++) {
            clash.add(operations[longest[i]]);
        }
        for (int i = 0; i < operations.length && stuck >= 0; i++) {
            boolean overlaps = operations[i].invoked() < operations[stuck].returned()
                    && operations[stuck].invoked() < operations[i].returned();
            if (i != stuck && overlaps && !clash.contains(operations[i])) {
                clash.add(operations[i]);
            }
        }
        if (stuck >= 0) {
            clash.remove(operations[stuck]);
            clash.add(operations[stuck]);
        }
        return clash;
    }
}
