package io.holdfast.server.status;

import io.holdfast.server.serial.WireMessage;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Asks a node for its report.
 *
 * @param round comes back in the answer, so that a late one of an earlier round is not taken for news
 */
public record NodeReportRequest(long round, ActorRef<NodeReport> replyTo) implements StatusMessage, WireMessage {}
