package io.holdfast.loadtest.gatling;

import io.gatling.javaapi.core.Session;
import java.util.function.BiPredicate;

/**
 * What must hold of a result, else the request counts as failed.
 *
 * @param what in the report, for those that failed
 */
record Check<T>(String what, BiPredicate<? super T, Session> holds) {}
