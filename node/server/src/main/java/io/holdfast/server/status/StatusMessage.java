package io.holdfast.server.status;

import io.holdfast.v1.Status;
import java.util.concurrent.CompletableFuture;

/** What the status actor takes. */
public sealed interface StatusMessage permits NodeReportRequest, NodeReport, StatusMessage.Collect, StatusMessage.Over {

    /** From this node: completes the future with the state of the cluster, soon after {@link StatusActor#DEADLINE} at the latest. */
    record Collect(CompletableFuture<Status> result) implements StatusMessage {}

    /** The time of a round is over. */
    record Over(long round) implements StatusMessage {}
}
