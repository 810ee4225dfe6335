package io.holdfast.core.txn;

import io.holdfast.core.store.Command;
import io.holdfast.core.store.Participant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a step of a {@link Coordinator} asks of its driver. */
public final class CoordinatorOutput {
    final List<Send> sends = new ArrayList<>();
    Optional<Result> result = Optional.empty();

    /** Which of a transaction's steps a command is; comes back with its answer. */
    public enum Step {
        PREPARE,
        /** The decision partition's part, which is the decision. */
        COMMIT,
        /** To abort it, unless it is committed. */
        DECIDE,
        RESOLVE,
        COMPLETE;

        /** Whether that a transaction is committed is told by its answer, so that it needs the client's write concern: of the others a majority is enough. */
        public boolean promised() {
            return this == PREPARE || this == COMMIT;
        }
    }

    /** A command for the leader of a partition. Majority is the least concern that a step of a transaction may have. */
    public record Send(Participant to, Step step, Command command) {}

    /** For the client. The coordinator may have to tell participants afterwards. */
    public sealed interface Result {}

    public record Committed(long timestamp) implements Result {}

    /** Nothing is or will be applied: the client may run the transaction again, with a new id. */
    public record Aborted(Cause cause) implements Result {}

    public enum Cause {
        /** What it read has changed, or another transaction holds a key. */
        CONFLICT,
        /** It was not prepared everywhere in time, or somebody settled it. */
        NOT_IN_TIME,
        /** A participant has no room for what it writes: running it again does not help. */
        NO_ROOM
    }

    /** The client has said that it is done with this id. */
    public record Forgotten() implements Result {}

    /** Nobody could be asked how it ended: to be asked again, with the same id, by the same commit or for its outcome. */
    public record Unknown() implements Result {}

    public List<Send> sends() {
        return sends;
    }

    /** Once in a coordinator's life, when it is done at the latest. */
    public Optional<Result> result() {
        return result;
    }
}
