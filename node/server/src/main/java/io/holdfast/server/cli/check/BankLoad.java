package io.holdfast.server.cli.check;

import io.holdfast.checker.Transaction.Status;
import io.holdfast.client.HoldfastClient;
import io.holdfast.client.HoldfastException;
import io.holdfast.client.Key;
import io.holdfast.client.Keyspace;
import io.holdfast.client.SnapshotOptions;
import io.holdfast.client.Transaction;
import io.holdfast.client.TransactionInDoubtException;
import io.holdfast.client.TransactionOptions;
import io.holdfast.client.Write;
import io.holdfast.client.WriteOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Processes that move money between accounts, and now and then add up all of them, in a strict transaction or a snapshot. */
final class BankLoad extends Load {
    private static final Duration DEADLINE = Duration.ofSeconds(5);
    /** A busy machine takes its time to start three sites. */
    private static final Duration OPENING = Duration.ofMinutes(1);

    private static final int ACCOUNTS = 24;
    private static final long AT_FIRST = 100;

    private final String keyspace;
    private final BankHistory history = new BankHistory(ACCOUNTS * AT_FIRST);

    /** Opens the accounts. */
    BankLoad(List<HoldfastClient> clients, String keyspace, int processes) {
        super(clients, "bank", processes);
        this.keyspace = keyspace;
        Keyspace accounts = clients.get(0).keyspace(keyspace);
        for (int number = 0; number < ACCOUNTS; number++) {
            accounts.write(Write.put(account(number), text(AT_FIRST)), WriteOptions.DEFAULT.withDeadline(OPENING));
        }
        start();
    }

    BankHistory history() {
        return history;
    }

    static Key account(int number) {
        return Key.of("account" + number);
    }

    @Override
    Status transaction(HoldfastClient client, long process, SplittableRandom random) {
        int dice = random.nextInt(100);
        return dice < 75 ? transfer(client, process, random) : audit(client, process, dice < 88);
    }

    private Status transfer(HoldfastClient client, long process, SplittableRandom random) {
        int from = random.nextInt(ACCOUNTS);
        int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
        long amount = random.nextLong(1, 10);
        history.transfer(process, "invoke", from, to, amount);
        Status status = strict(client, transaction -> {
            Map<Key, byte[]> found = transaction.getAll(List.of(account(from), account(to)));
            long left = balance(from, found) - amount;
            if (left >= 0) {
                transaction.put(account(from), text(left));
                transaction.put(account(to), text(balance(to, found) + amount));
            }
            return left >= 0;
        });
        history.transfer(process, BankHistory.type(status), from, to, amount);
        return status;
    }

    private Status audit(HoldfastClient client, long process, boolean strict) {
        history.audit(process, "invoke", strict, Map.of());
        List<Key> all = IntStream.range(0, ACCOUNTS).mapToObj(BankLoad::account).toList();
        var balances = new TreeMap<Integer, Long>();
        Status status;
        if (strict) {
            status = strict(client, transaction -> {
                add(transaction.getAll(all), balances);
                return true;
            });
        } else {
            status = snapshot(client, all, balances);
        }
        history.audit(process, BankHistory.type(status), strict, balances);
        return status;
    }

    private Status snapshot(HoldfastClient client, List<Key> all, Map<Integer, Long> balances) {
        try {
            Map<Key, byte[]> found =
                    client.keyspace(keyspace).snapshot(SnapshotOptions.NOW).getAll(all).entrySet().stream()
                            .collect(Collectors.toMap(
                                    Map.Entry::getKey, entry -> entry.getValue().value()));
            add(found, balances);
            return Status.COMMITTED;
        } catch (HoldfastException failed) {
            return Status.ABORTED;
        }
    }

    private static void add(Map<Key, byte[]> found, Map<Integer, Long> balances) {
        for (int number = 0; number < ACCOUNTS; number++) {
            balances.put(number, balance(number, found));
        }
    }

    private interface Body {
        /** Whether to commit. */
        boolean run(Transaction transaction);
    }

    private Status strict(HoldfastClient client, Body body) {
        try {
            var transaction = client.keyspace(keyspace).begin(TransactionOptions.DEFAULT.withDeadline(DEADLINE));
            if (!body.run(transaction)) {
                transaction.abort();
                return Status.ABORTED;
            }
            transaction.commit();
            return Status.COMMITTED;
        } catch (TransactionInDoubtException doubt) {
            return outcome(client, doubt);
        } catch (HoldfastException failed) {
            return Status.ABORTED;
        }
    }

    static long balance(int account, Map<Key, byte[]> found) {
        byte[] value = found.get(account(account));
        if (value == null) {
            throw new Trouble.Found("missing-account", "Account " + account + " is gone, and all were opened.");
        }
        String text = new String(value, StandardCharsets.US_ASCII);
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException unreadable) {
            throw new Trouble.Found("unreadable", "Account " + account + " holds '" + text + "', which is no number.");
        }
    }

    private static byte[] text(long balance) {
        return Long.toString(balance).getBytes(StandardCharsets.US_ASCII);
    }
}
