package io.holdfast.server.cli.bench;

import io.holdfast.client.Key;
import io.holdfast.client.Keyspace;
import io.holdfast.client.Partitioner;
import io.holdfast.client.ReadOptions;
import io.holdfast.client.Transaction;
import io.holdfast.client.TransactionOptions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;

/** What a client of a benchmark does once; it is done when the stage is. */
@FunctionalInterface
interface Work {
    /** What an account holds before the first transfer. */
    long OPENING_BALANCE = 1_000;

    CompletionStage<?> begin(SplittableRandom random);

    static Work put(Keyspace keyspace, Key[] keys, byte[] value) {
        return random -> keyspace.putAsync(any(keys, random), value);
    }

    static Work get(Keyspace keyspace, Key[] keys) {
        return random -> keyspace.getAsync(any(keys, random), ReadOptions.LINEARIZABLE);
    }

    /** Half puts, half gets. */
    static Work mixed(Keyspace keyspace, Key[] keys, byte[] value) {
        Work put = put(keyspace, keys, value);
        Work get = get(keyspace, keys);
        return random -> (random.nextBoolean() ? put : get).begin(random);
    }

    /** Reads some keys, each of another partition, and writes them. */
    static Work transaction(Keyspace keyspace, Key[] keys, byte[] value, int partitions, int span) {
        return random -> {
            List<Key> chosen = spread(keys, partitions, span, random);
            return keyspace.transactAsync(TransactionOptions.DEFAULT, transaction -> transaction
                    .getAllAsync(chosen)
                    .thenAccept(found -> chosen.forEach(key -> transaction.put(key, value))));
        };
    }

    /** How many partitions can be told apart by these keys: as many as {@link #spread} finds. */
    static int partitionsOf(Key[] keys, int partitions) {
        long taken = 0;
        for (Key key : keys) {
            taken |= partition(key, partitions);
        }
        return Long.bitCount(taken);
    }

    private static long partition(Key key, int partitions) {
        return 1L << Partitioner.partition(key.toByteString(), partitions) % Long.SIZE;
    }

    private static List<Key> spread(Key[] keys, int partitions, int span, SplittableRandom random) {
        var chosen = new ArrayList<Key>(span);
        long taken = 0;
        while (chosen.size() < span) {
            Key key = any(keys, random);
            long mine = partition(key, partitions);
            if ((taken & mine) == 0) {
                taken |= mine;
                chosen.add(key);
            }
        }
        return chosen;
    }

    /** Moves a little money from one account to another, of another partition if there is one, if there is enough. */
    static Work transfer(Keyspace keyspace, Key[] accounts, int partitions) {
        int span = Math.min(2, partitionsOf(accounts, partitions));
        return random -> {
            List<Key> two = spread(accounts, partitions, span, random);
            Key from = two.get(0);
            Key to = two.size() > 1 ? two.get(1) : another(accounts, from, random);
            long amount = random.nextLong(1, 10);
            return keyspace.transactAsync(TransactionOptions.DEFAULT, transaction -> transaction
                    .getAllAsync(List.of(from, to))
                    .thenAccept(found -> move(transaction, found, from, to, amount)));
        };
    }

    private static void move(Transaction transaction, Map<Key, byte[]> found, Key from, Key to, long amount) {
        long left = balance(found.get(from)) - amount;
        if (left >= 0) {
            transaction.put(from, text(left));
            transaction.put(to, text(balance(found.get(to)) + amount));
        }
    }

    static long balance(byte[] value) {
        return Long.parseLong(new String(value, StandardCharsets.US_ASCII));
    }

    static byte[] text(long balance) {
        return Long.toString(balance).getBytes(StandardCharsets.US_ASCII);
    }

    private static Key another(Key[] keys, Key than, SplittableRandom random) {
        Key other = any(keys, random);
        while (other.equals(than)) {
            other = any(keys, random);
        }
        return other;
    }

    private static Key any(Key[] keys, SplittableRandom random) {
        return keys[random.nextInt(keys.length)];
    }
}
