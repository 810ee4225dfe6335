package io.holdfast.loadtest.gatling;

import io.gatling.commons.validation.Failure;
import io.gatling.commons.validation.Success;
import io.gatling.commons.validation.Validation;
import io.gatling.core.session.Session;
import scala.Function1;

/** Gatling's expressions as Java reads them. */
final class Expressions {
    private Expressions() {}

    /** The value for this virtual user; fails with Gatling's own words if it has none. */
    static <T> T value(Function1<Session, Validation<T>> expression, Session session) {
        Validation<T> validation = expression.apply(session);
        if (validation instanceof Success<T> success) {
            return success.value();
        }
        throw new IllegalArgumentException(((Failure) (Validation<?>) validation).message());
    }
}
