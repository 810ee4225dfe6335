package io.holdfast.server.cli.bench;

import io.holdfast.client.Entry;
import io.holdfast.client.HoldfastException;
import io.holdfast.client.Keyspace;
import io.holdfast.client.ScanCursor;
import io.holdfast.client.ScanOptions;
import io.holdfast.client.SnapshotOptions;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Adds up all accounts of a bank, of one moment, again and again while transfers run: nothing may be made or lost. */
final class BankAudit {
    private static final long EVERY_SECONDS = 3;

    private final Keyspace keyspace;
    private final int accounts;
    private final CountDownLatch end = new CountDownLatch(1);
    private final Thread thread;
    private int audits;
    private String trouble = "";

    BankAudit(Keyspace keyspace, int accounts) {
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
        long sum = 0;
        int found = 0;
        try (ScanCursor all = keyspace.snapshot(SnapshotOptions.NOW).scan("", ScanOptions.DEFAULT)) {
            while (all.hasNext()) {
                Entry account = all.next();
                long balance = Work.balance(account.value());
                if (balance < 0) {
                    trouble = "account " + account.key() + " has " + balance;
                }
                sum += balance;
                found++;
            }
        } catch (HoldfastException failed) {
            trouble = "an audit failed: " + failed.getMessage();
            return;
        }
        long wanted = accounts * Work.OPENING_BALANCE;
        if (found != accounts || sum != wanted) {
            trouble = found + " accounts hold " + sum + ", and " + accounts + " should hold " + wanted;
        }
        audits++;
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
