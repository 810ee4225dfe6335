/**
 * The way of data operations from a node's callers to the replicas that can answer them, and back. It knows where to send and
 * how long to wait; what an operation means is the core's business.
 */
package io.holdfast.server.gateway;
