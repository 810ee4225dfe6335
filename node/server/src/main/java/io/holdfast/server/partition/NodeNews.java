package io.holdfast.server.partition;

import io.holdfast.core.raft.Input;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** What a replica's core has yet to be told of its node: whether it has room, how its journal does, and whether it is late itself. For its actor. */
final class NodeNews {
    private final DataRoom room;
    private final StoragePace pace;
    private final Supplier<Duration> patience;
    private Optional<Input.Room> toldRoom = Optional.empty();
    private boolean toldSlow;
    private boolean toldLate;

    /** @param patience not zero while the node is late */
    NodeNews(DataRoom room, StoragePace pace, Supplier<Duration> patience) {
        this.room = room;
        this.pace = pace;
        this.patience = patience;
    }

    /** A new core has been told nothing. */
    void forget() {
        toldRoom = Optional.empty();
        toldSlow = false;
        toldLate = false;
    }

    /** The next thing, which counts as told from now on. */
    Optional<Input> next() {
        Input.Room state = room.state();
        if (toldRoom.isEmpty() || toldRoom.get() != state) {
            toldRoom = Optional.of(state);
            return Optional.of(state);
        }
        boolean slow = pace.slow();
        if (toldSlow != slow) {
            toldSlow = slow;
            return Optional.of(new Input.StorageSlow(slow));
        }
        boolean late = !patience.get().isZero();
        if (toldLate != late) {
            toldLate = late;
            return Optional.of(new Input.Late(late));
        }
        return Optional.empty();
    }
}
