package io.holdfast.server.partition;

import io.holdfast.core.raft.Input;
import java.util.Optional;

/** What a replica's core has yet to be told of its node: whether it has room, and how its journal does. For its actor. */
final class NodeNews {
    private final DataRoom room;
    private final StoragePace pace;
    private Optional<Input.Room> toldRoom = Optional.empty();
    private boolean toldSlow;

    NodeNews(DataRoom room, StoragePace pace) {
        this.room = room;
        this.pace = pace;
    }

    /** A new core has been told nothing. */
    void forget() {
        toldRoom = Optional.empty();
        toldSlow = false;
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
        return Optional.empty();
    }
}
