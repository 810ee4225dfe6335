package io.holdfast.server.gateway;

import io.holdfast.core.partition.Reply;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.v1.Reason;

/** The errors of the gateway, in words. */
final class Failures {
    private Failures() {}

    static Result.Failed nodeOverloaded(int limit) {
        return new Result.Failed(
                Reason.OVERLOADED,
                "This node has " + limit + " operations under way, its limit, and took none of this request: retry with"
                        + " the same write id after a pause, or at another node.");
    }

    static Result.Failed timedOut(PartitionId partition, boolean write) {
        return new Result.Failed(
                Reason.TIMED_OUT,
                "Partition " + partition + " gave no answer in the time allowed"
                        + (write
                                ? ", and the write may have been applied: retry with the same write id, or ask for its"
                                        + " outcome."
                                : ": ask again."));
    }

    static Result.Failed cutOff(PartitionId partition) {
        return new Result.Failed(
                Reason.NO_LEADER,
                "This node reaches too few of the sites of partition " + partition
                        + " for any of them to lead it, and nothing was applied: retry with the same write id, at another site.");
    }

    /** After the write was sent on its way. */
    static Result.Failed cutOffMeanwhile(PartitionId partition) {
        return new Result.Failed(
                Reason.LEADERSHIP_LOST,
                "This node does not reach the leader of partition " + partition
                        + " any more, nor enough other sites, and the write may have been applied: retry with the same write id, at another site.");
    }

    static Result.Failed outcomeUnknown(PartitionId decider) {
        return new Result.Failed(
                Reason.TIMED_OUT,
                "Partition " + decider
                        + ", which decides the transaction, could not be asked in the time allowed, and the"
                        + " transaction may have been committed: retry with the same id, or ask for its outcome.");
    }

    /** @param whose partitions it is that need room */
    static Result.Failed full(String whose) {
        return new Result.Failed(
                Reason.STORE_FULL,
                "A site of " + whose + " has no memory or disk left for more data, and nothing was applied: delete"
                        + " data, or give the nodes more; 'holdfast status' shows which are full, and of what.");
    }

    static Result.Failed brokenTransaction() {
        return new Result.Failed(
                Reason.INTERNAL,
                "A partition gave an answer that does not fit the transaction. This is a bug: please report it with the"
                        + " node's log, and ask for the transaction's outcome.");
    }

    static Result.Failed wrongAnswer(PartitionId partition) {
        return new Result.Failed(
                Reason.INTERNAL,
                "The answer of partition " + partition + " does not fit the request. This is a bug: please report it."
                        + " For a write, ask for its outcome.");
    }

    static Result.Failed refused(PartitionId partition, Reply.Refusal reason) {
        return switch (reason) {
            case NOT_LEADER ->
                new Result.Failed(
                        Reason.NO_LEADER,
                        "Partition " + partition
                                + " has no leader that this node knows of, and nothing was applied: retry"
                                + " with the same write id. A takeover takes about a second.");
            case LEADERSHIP_LOST ->
                new Result.Failed(
                        Reason.LEADERSHIP_LOST,
                        "The leader of partition " + partition
                                + " stepped down before there was an outcome: retry with the" + " same write id.");
            case OVERLOADED ->
                new Result.Failed(
                        Reason.OVERLOADED,
                        "Partition " + partition
                                + " has too many requests waiting and did not take this one: retry with"
                                + " the same write id after a pause.");
            case STORAGE_FAILED ->
                new Result.Failed(
                        Reason.STORAGE_FAILED,
                        "The storage under the leader of partition " + partition
                                + " failed before there was an outcome:"
                                + " retry with the same write id, at another site if it lasts.");
            case FULL -> full("partition " + partition);
            case TIMED_OUT ->
                new Result.Failed(
                        Reason.TIMED_OUT,
                        "Partition " + partition
                                + " did not reach every site with the write in the time allowed; it may"
                                + " have been applied: retry with the same write id, or ask for its outcome.");
        };
    }
}
