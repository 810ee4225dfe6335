package io.holdfast.server.cli.bench;

import io.holdfast.client.Entry;
import io.holdfast.client.HoldfastException;
import io.holdfast.client.Key;
import io.holdfast.client.Keyspace;
import io.holdfast.client.ScanCursor;
import io.holdfast.client.ScanOptions;
import io.holdfast.client.SnapshotOptions;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Adds up all accounts of a bank, of one moment, again and again while transfers run: nothing may be made or lost. */
final class BankAudit {
    private static final long EVERY_SECONDS = 3;

    private final Keyspace keyspace;
    private final Set<Key> accounts;
    private final CountDownLatch end = new CountDownLatch(1);
    private final Thread thread;
    private int audits;
    private String trouble = "";

    BankAudit(Keyspace keyspace, Set<Key> accounts) {
        this.keyspace = keyspace;
        this.accounts = accounts;
        this.thread = new Thread(this::run, "bank-audit");
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (trouble.isEmpty() && !end.await(EVERY_SECONDS, TimeUnit.SECONDS)) {
                audit();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void audit() {
        try (ScanCursor all = keyspace.snapshot(SnapshotOptions.NOW).scan("", ScanOptions.DEFAULT)) {
            trouble = trouble(all, accounts);
        } catch (HoldfastException failed) {
            trouble = "an audit failed: " + failed.getMessage();
            return;
        }
        audits++;
    }

    /** What is wrong with these accounts, or an empty text. Accounts of an earlier run with more of them are left alone. */
    static String trouble(Iterator<Entry> all, Set<Key> accounts) {
        long sum = 0;
        int found = 0;
        while (all.hasNext()) {
            Entry account = all.next();
            if (!accounts.contains(account.key())) {
                continue;
            }
            try {
                long balance = Work.balance(account.value());
                if (balance < 0) {
                    return "account " + account.key() + " has " + balance;
                }
                sum += balance;
                found++;
            } catch (NumberFormatException unreadable) {
                return "account " + account.key() + " holds '" + new String(account.value(), StandardCharsets.UTF_8)
                        + "', which is no number";
            }
        }
        long wanted = accounts.size() * Work.OPENING_BALANCE;
        return found == accounts.size() && sum == wanted
                ? ""
                : found + " accounts hold " + sum + ", and " + accounts.size() + " should hold " + wanted;
    }

    /** Ends the audits with a last one. Answers what was found wrong, or an empty text. */
    String finish() throws InterruptedException {
        end.countDown();
        thread.join();
        if (trouble.isEmpty()) {
            audit();
        }
        return trouble;
    }

    /** After {@link #finish}. */
    int audits() {
        return audits;
    }
}
