/**
 * A Gatling action that drives the SDK: requests by name with their response times, failures by {@link io.holdfast.client.Reason},
 * feeders, checks. Start at {@link io.holdfast.loadtest.gatling.HoldfastDsl}; it needs nothing else of this module.
 */
package io.holdfast.loadtest.gatling;
