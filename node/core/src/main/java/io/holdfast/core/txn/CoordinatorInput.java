package io.holdfast.core.txn;

import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.Participant;

/** What can happen to a {@link Coordinator}. */
public sealed interface CoordinatorInput {

    /** Time has passed. Needed every few ten milliseconds until the coordinator is done; the first one starts it. */
    record Tick() implements CoordinatorInput {}

    /** The outcome of what was sent; may come doubled and late. */
    record Answered(Participant from, CoordinatorOutput.Step step, Outcome outcome) implements CoordinatorInput {}

    /** The command may or may not have been applied: refused, or nobody answered. It is sent again after a pause. */
    record Unanswered(Participant from, CoordinatorOutput.Step step) implements CoordinatorInput {}

    /** Nothing happened, because the participant has no room for what the transaction writes there. */
    record NoRoom(Participant from, CoordinatorOutput.Step step) implements CoordinatorInput {}
}
