package io.holdfast.server.gateway;

import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.Query;
import io.holdfast.v1.Reason;

/** How an operation ended. */
public sealed interface Result {

    record Written(Outcome outcome) implements Result {}

    record Found(Query.Answer answer) implements Result {}

    /** @param message for people: what happened, to what, what to do next */
    record Failed(Reason reason, String message) implements Result {}
}
