package io.holdfast.server.partition;

import io.holdfast.core.partition.Reply;
import io.holdfast.server.serial.WireMessage;

/**
 * A replica's answer to a {@link ReplicaMessage.Write} or {@link ReplicaMessage.Read}. There may be none: requests and replies
 * are lost when a node dies, so the asker keeps a deadline.
 *
 * @param fromSite the site that answered; the leader's if the reply is no refusal, except for a read that allows staleness
 * @param reply its token is the request's id
 */
public record ReplicaReply(PartitionId partition, String fromSite, Reply reply) implements WireMessage {}
