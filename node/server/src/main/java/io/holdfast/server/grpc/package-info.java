/**
 * The public face: gRPC services that check requests, turn them into operations of the gateway, and turn answers into
 * responses. No rule of the protocol lives here.
 */
package io.holdfast.server.grpc;
