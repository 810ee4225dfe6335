/** What the nodes of one site tell each other, so that each can serve all partitions though it has the replicas of some. */
package io.holdfast.server.site;
