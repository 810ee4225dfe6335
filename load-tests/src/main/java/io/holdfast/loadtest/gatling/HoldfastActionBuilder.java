package io.holdfast.loadtest.gatling;

import io.gatling.commons.validation.Validation;
import io.gatling.core.action.Action;
import io.gatling.core.structure.ScenarioContext;
import io.gatling.javaapi.core.ActionBuilder;
import io.gatling.javaapi.core.Session;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import scala.Function1;

/**
 * An operation as a step of a scenario, for {@code exec}. Immutable.
 *
 * @param <T> what the operation answers
 */
public final class HoldfastActionBuilder<T> implements ActionBuilder {
    private final Step<T> step;

    /**
     * @param intended when the request was due, as of {@link System#nanoTime}; empty: when it is sent
     * @param then the session after a success
     * @param silent neither in the report nor told to the listener; a failure shows in the session all the same
     */
    record Step<T>(
            Function1<io.gatling.core.session.Session, Validation<String>> name,
            Call<T> call,
            List<Check<T>> checks,
            Optional<ToLongFunction<Session>> intended,
            BiFunction<? super T, Session, Session> then,
            boolean silent) {}

    private HoldfastActionBuilder(Step<T> step) {
        this.step = step;
    }

    static <T> HoldfastActionBuilder<T> of(
            Function1<io.gatling.core.session.Session, Validation<String>> name, Call<T> call) {
        return new HoldfastActionBuilder<>(
                new Step<>(name, call, List.of(), Optional.empty(), (result, session) -> session, false));
    }

    /** What must hold of the answer, else the request counts as failed with "check: what". May be given several times. */
    public HoldfastActionBuilder<T> check(String what, BiPredicate<? super T, Session> holds) {
        List<Check<T>> all = Stream.concat(step.checks.stream(), Stream.of(new Check<T>(what, holds)))
                .toList();
        return new HoldfastActionBuilder<>(
                new Step<>(step.name, step.call, all, step.intended, step.then, step.silent));
    }

    /** Keeps the answer in the session. */
    public HoldfastActionBuilder<T> saveAs(String attribute) {
        return then((result, session) -> session.set(attribute, result));
    }

    /** What becomes of the session after a success; instead of what was said before. */
    public HoldfastActionBuilder<T> then(BiFunction<? super T, Session, Session> then) {
        return new HoldfastActionBuilder<>(
                new Step<>(step.name, step.call, step.checks, step.intended, then, step.silent));
    }

    /**
     * When the request was due, as of {@link System#nanoTime}. Its response time then counts from there, so that a load generator which
     * is late does not make the store look faster than its users would find it.
     */
    public HoldfastActionBuilder<T> dueAt(ToLongFunction<Session> nanos) {
        return new HoldfastActionBuilder<>(
                new Step<>(step.name, step.call, step.checks, Optional.of(nanos), step.then, step.silent));
    }

    /** Leaves the request out of the report: for a warm-up. */
    public HoldfastActionBuilder<T> silent() {
        return new HoldfastActionBuilder<>(
                new Step<>(step.name, step.call, step.checks, step.intended, step.then, true));
    }

    @Override
    public io.gatling.core.action.builder.ActionBuilder asScala() {
        return new ScalaBuilder<>(step);
    }

    private record ScalaBuilder<T>(Step<T> step) implements io.gatling.core.action.builder.ActionBuilder {
        @Override
        public Action build(ScenarioContext context, Action next) {
            var components = context.protocolComponentsRegistry().components(HoldfastProtocol.KEY);
            return new HoldfastAction<>(step, components, context.coreComponents(), next);
        }
    }
}
