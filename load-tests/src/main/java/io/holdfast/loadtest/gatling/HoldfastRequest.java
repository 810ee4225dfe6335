package io.holdfast.loadtest.gatling;

import static io.gatling.javaapi.core.internal.Expressions.toStringExpression;

import io.gatling.commons.validation.Validation;
import io.gatling.javaapi.core.Session;
import io.holdfast.client.Entry;
import io.holdfast.client.Key;
import io.holdfast.client.ReadOptions;
import io.holdfast.client.ScanOptions;
import io.holdfast.client.Transaction;
import io.holdfast.client.TransactionOptions;
import io.holdfast.client.Versioned;
import io.holdfast.client.Write;
import io.holdfast.client.WriteOptions;
import io.holdfast.client.WriteResult;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import scala.Function1;

/** A request that has a name, and is about to become an operation. Keyspaces and keys are Gatling's expressions. Immutable. */
public final class HoldfastRequest {
    private final Function1<io.gatling.core.session.Session, Validation<String>> name;

    HoldfastRequest(Function1<io.gatling.core.session.Session, Validation<String>> name) {
        this.name = name;
    }

    /** Reads a key, linearizable unless the protocol's options say otherwise. */
    public HoldfastActionBuilder<Optional<Versioned>> get(String keyspace, String key) {
        return get(keyspace, key, ReadOptions.DEFAULT);
    }

    /** Reads a key. */
    public HoldfastActionBuilder<Optional<Versioned>> get(String keyspace, String key, ReadOptions how) {
        var in = text(keyspace);
        var of = text(key);
        return call((client, session) -> client.keyspace(in.apply(session)).getAsync(Key.of(of.apply(session)), how));
    }

    /** Sets a key to a value. */
    public HoldfastActionBuilder<WriteResult> put(String keyspace, String key, Function<Session, byte[]> value) {
        var of = text(key);
        return write(keyspace, session -> Write.put(of.apply(session), value.apply(session)));
    }

    /** Sets a key to an expression's value, as UTF-8. */
    public HoldfastActionBuilder<WriteResult> put(String keyspace, String key, String value) {
        var text = text(value);
        return put(keyspace, key, session -> text.apply(session).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    /** Removes a key. */
    public HoldfastActionBuilder<WriteResult> delete(String keyspace, String key) {
        var of = text(key);
        return write(keyspace, session -> Write.delete(of.apply(session)));
    }

    /** Any write, with or without a condition. */
    public HoldfastActionBuilder<WriteResult> write(String keyspace, Function<Session, Write> write) {
        return write(keyspace, write, WriteOptions.DEFAULT);
    }

    /** Any write, with or without a condition. */
    public HoldfastActionBuilder<WriteResult> write(String keyspace, Function<Session, Write> write, WriteOptions how) {
        var in = text(keyspace);
        return call((client, session) -> client.keyspace(in.apply(session)).writeAsync(write.apply(session), how));
    }

    /** Reads keys in order, to the scan's end or limit, which bounds the memory that it takes. */
    public HoldfastActionBuilder<List<Entry>> scan(String keyspace, String prefix, Function<Session, ScanOptions> how) {
        var in = text(keyspace);
        var of = text(prefix);
        return call((client, session) -> ScanCollector.collect(
                client.keyspace(in.apply(session)).scanAsync(of.apply(session), how.apply(session))));
    }

    /** A transaction, run again when it meets another one. The body must not block. */
    public <T> HoldfastActionBuilder<T> transact(
            String keyspace, BiFunction<Transaction, Session, CompletionStage<T>> body) {
        var in = text(keyspace);
        return call((client, session) -> client.keyspace(in.apply(session))
                .transactAsync(TransactionOptions.DEFAULT, transaction -> body.apply(transaction, session)));
    }

    /** Anything that ends with a stage: several operations measured as one, or a step of the simulation itself. */
    public <T> HoldfastActionBuilder<T> call(Call<T> call) {
        return HoldfastActionBuilder.of(name, call);
    }

    private static Function<Session, String> text(String expression) {
        var parsed = toStringExpression(expression);
        return session -> Expressions.value(parsed, session.asScala());
    }
}
