package io.holdfast.loadtest.gatling;

import io.gatling.commons.stats.KO$;
import io.gatling.commons.stats.OK$;
import io.gatling.commons.stats.Status;
import io.gatling.commons.validation.Validation;
import io.gatling.core.CoreComponents;
import io.gatling.core.action.Action;
import io.gatling.core.action.BlockExit;
import io.gatling.core.action.SessionHook;
import io.gatling.core.session.Session;
import io.holdfast.client.HoldfastException;
import io.holdfast.client.Reason;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;

/**
 * Starts an operation, and goes on with the scenario when it has ended; no thread waits meanwhile.
 *
 * <p>It is a {@link SessionHook} only because Scala's traits, of which Gatling's actions are made, can be mixed in by Scala alone: of the
 * hook it uses the care for exceptions that a chained action takes, and replaces what it does.
 */
final class HoldfastAction<T> extends SessionHook {
    private static final Logger LOGGER = LoggerFactory.getLogger(HoldfastAction.class);

    private final HoldfastActionBuilder.Step<T> step;
    private final HoldfastProtocol.Components components;
    private final CoreComponents core;
    private final Action next;

    HoldfastAction(
            HoldfastActionBuilder.Step<T> step,
            HoldfastProtocol.Components components,
            CoreComponents core,
            Action next) {
        super(HoldfastAction::unchanged, "holdfast", core.statsEngine(), next);
        this.step = step;
        this.components = components;
        this.core = core;
        this.next = next;
    }

    private static Validation<Session> unchanged(Session session) {
        return new io.gatling.commons.validation.Success<>(session);
    }

    @Override
    public void execute(Session session) {
        // A block that a failure before has ended, such as exitBlockOnFail.
        Option<BlockExit> exit = BlockExit.mustExit(session);
        if (exit.isDefined()) {
            exit.get().exitBlock(core.statsEngine(), core.clock().nowMillis());
        } else {
            start(session);
        }
    }

    private void start(Session session) {
        String name = Expressions.value(step.name(), session);
        var user = new io.gatling.javaapi.core.Session(session);
        long intended = step.intended().map(due -> due.applyAsLong(user)).orElseGet(System::nanoTime);
        CompletionStage<? extends T> stage;
        try {
            stage = step.call().start(components.next(), user);
        } catch (RuntimeException refused) {
            // What the SDK finds wrong before it sends anything, or the simulation itself.
            goOn(name, user, intended, null, refused);
            return;
        }
        stage.whenComplete((result, failure) -> goOn(name, user, intended, result, failure));
    }

    /** Whatever happens the scenario goes on: a virtual user that is never heard of again would hold up the run for ever. */
    private void goOn(String name, io.gatling.javaapi.core.Session user, long intended, T result, Throwable failure) {
        Session after;
        try {
            after = ended(name, user, intended, result, failure);
        } catch (RuntimeException | LinkageError broken) {
            LOGGER.error("What follows the end of request {} failed", name, broken);
            after = user.asScala().markAsFailed();
        }
        next.$bang(after);
    }

    private Session ended(
            String name, io.gatling.javaapi.core.Session user, long intended, T result, Throwable failure) {
        long now = System.nanoTime();
        Optional<String> trouble = failure == null ? failedCheck(result, user) : Optional.of(words(name, failure));
        Session timed = user.asScala();
        if (!step.silent()) {
            timed = log(name, timed, now - intended, trouble);
            components.tell(new Response(name, intended, now, trouble));
        }
        return trouble.isPresent()
                ? timed.markAsFailed()
                : step.then()
                        .apply(result, new io.gatling.javaapi.core.Session(timed))
                        .asScala();
    }

    private Session log(String name, Session session, long nanos, Optional<String> trouble) {
        long end = core.clock().nowMillis();
        // Rounded up to Gatling's milliseconds: a report that says 0 ms would flatter.
        long start = end - (nanos + TimeUnit.MILLISECONDS.toNanos(1) - 1) / TimeUnit.MILLISECONDS.toNanos(1);
        Status status = trouble.isPresent() ? KO$.MODULE$ : OK$.MODULE$;
        Option<String> message = Option.apply(trouble.orElse(null));
        statsEngine()
                .logResponse(session.scenario(), session.groups(), name, start, end, status, Option.empty(), message);
        return session.logGroupRequestTimings(start, end);
    }

    private Optional<String> failedCheck(T result, io.gatling.javaapi.core.Session user) {
        try {
            return step.checks().stream()
                    .filter(check -> !check.holds().test(result, user))
                    .map(check -> "check: " + check.what())
                    .findFirst();
        } catch (RuntimeException broken) {
            LOGGER.warn("A check of a request failed itself", broken);
            return Optional.of("check failed itself: " + broken.getClass().getSimpleName());
        }
    }

    /** The same words for the same kind of failure: the report counts by them, and the key or the time would make each its own kind. */
    private static String words(String name, Throwable failure) {
        if (HoldfastException.unwrap(failure) instanceof StepFailure step) {
            return step.getMessage();
        }
        HoldfastException known = HoldfastException.of(failure);
        LOGGER.debug("Request {} failed", name, known);
        if (known.reason() == Reason.INTERNAL) {
            LOGGER.warn("Request {} failed with what should not happen", name, known);
        }
        return known.getCause() instanceof HoldfastException cause
                ? known.reason() + ", last " + cause.reason()
                : known.reason().toString();
    }
}
