package io.holdfast.loadtest.gatling;

import static io.gatling.javaapi.core.internal.Expressions.toStringExpression;

/**
 * What a simulation imports statically:
 *
 * <pre>{@code
 * ProtocolBuilder protocol = holdfast().endpoints("a.example:7400,b.example:7400");
 * ScenarioBuilder scenario = scenario("readers")
 *     .feed(keys)
 *     .exec(holdfast("put").put("shop", "#{key}", session -> value))
 *     .exec(holdfast("get").get("shop", "#{key}").check("is there", (found, session) -> found.isPresent()));
 * }</pre>
 *
 * <p>Strings with <code>#{…}</code> are Gatling's expressions. Everything here is immutable.
 */
public final class HoldfastDsl {
    private HoldfastDsl() {}

    /** The protocol: which cluster, with which settings of the SDK. */
    public static HoldfastProtocolBuilder holdfast() {
        return HoldfastProtocolBuilder.DEFAULT;
    }

    /** A request of this name in the report; its methods say which operation it is. */
    public static HoldfastRequest holdfast(String name) {
        return new HoldfastRequest(toStringExpression(name));
    }
}
