package io.holdfast.core.check;

import io.holdfast.core.Bytes;
import io.holdfast.core.store.Query;
import java.util.ArrayList;
import java.util.Optional;

/** What one key held, by position in the order of all committed changes of its partition. */
final class KeyHistory {
    private final ArrayList<State> states = new ArrayList<>();

    /** @param value empty after a deletion */
    record State(long position, long version, Optional<Bytes> value) {}

    KeyHistory() {
        states.add(new State(0, 0, Optional.empty()));
    }

    void write(long position, long version, Optional<Bytes> value) {
        states.add(new State(position, version, value));
    }

    State newest() {
        return states.get(states.size() - 1);
    }

    State at(long position) {
        int index = states.size() - 1;
        while (states.get(index).position() > position) {
            index--;
        }
        return states.get(index);
    }

    private State atTimestamp(long timestamp) {
        int index = states.size() - 1;
        while (states.get(index).version() > timestamp) {
            index--;
        }
        return states.get(index);
    }

    long liveVersionAt(long timestamp) {
        State state = atTimestamp(timestamp);
        return state.value().isEmpty() ? 0 : state.version();
    }

    Optional<Bytes> valueAt(long timestamp) {
        return atTimestamp(timestamp).value();
    }

    long[] versions() {
        return states.stream().skip(1).mapToLong(State::version).toArray();
    }

    /** The first position in the range at which the key answers like this, or -1. */
    long firstMatch(Query.Value answer, long from, long to) {
        long end = Long.MAX_VALUE;
        long best = -1;
        for (int index = states.size() - 1; index >= 0 && end > from; index--) {
            State state = states.get(index);
            if (state.position() <= to && answers(state, answer)) {
                best = Math.max(from, state.position());
            }
            end = state.position();
        }
        return best;
    }

    private static boolean answers(State state, Query.Value answer) {
        return state.value().equals(answer.value()) && (state.value().isEmpty() || state.version() == answer.version());
    }

    @Override
    public String toString() {
        return states.toString();
    }
}
