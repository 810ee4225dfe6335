package io.holdfast.core.sim;

import io.holdfast.core.Bytes;
import io.holdfast.core.check.CheckFailed;
import io.holdfast.core.sim.SimTransaction.Ending;
import io.holdfast.core.sim.SimTransaction.Kind;
import io.holdfast.core.sim.SimTransaction.Place;
import io.holdfast.core.sim.SimTransaction.Workload;
import io.holdfast.core.store.Query;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Transfers between a few accounts in all partitions, and audits: whoever reads all accounts at one moment finds the same sum. */
final class SimBank {
    private static final int ACCOUNTS = 5;
    /** What an account holds that nobody has written yet. */
    private static final int AT_FIRST = 100;

    private final SimWorld world;

    SimBank(SimWorld world) {
        this.world = world;
    }

    private Place account(int number) {
        return new Place(number % world.options.partitions(), Bytes.utf8(Workload.BANK.prefix + number));
    }

    static int balance(List<Integer> account) {
        return account.isEmpty() ? AT_FIRST : account.get(0);
    }

    List<SimTransactor.Question> questions(SimTransaction record, SimTransactions all) {
        return record.kind == Kind.READ_WRITE ? transfer(record, all) : audit();
    }

    private List<SimTransactor.Question> transfer(SimTransaction record, SimTransactions all) {
        int from = world.random.below(ACCOUNTS);
        int to = (from + 1 + world.random.below(ACCOUNTS - 1)) % ACCOUNTS;
        int amount = (int) world.random.between(1, 10);
        record.amounts.put(account(from), -amount);
        record.amounts.put(account(to), amount);
        record.amounts.keySet().forEach(place -> record.appends.put(place, all.newNumber()));
        return List.of(get(account(from)), get(account(to)));
    }

    private List<SimTransactor.Question> audit() {
        var questions = new ArrayList<SimTransactor.Question>();
        if (world.random.chance(0.5)) {
            for (int number = 0; number < ACCOUNTS; number++) {
                questions.add(get(account(number)));
            }
            return questions;
        }
        var scan = new Query.Scan(Bytes.utf8(Workload.BANK.prefix), Optional.empty(), 100, 100_000, false);
        for (int partition = 0; partition < world.options.partitions(); partition++) {
            questions.add(new SimTransactor.Question(partition, scan, Optional.empty()));
        }
        return questions;
    }

    private static SimTransactor.Question get(Place place) {
        return new SimTransactor.Question(place.partition(), new Query.Get(place.key()), Optional.of(place));
    }

    /** Every audit that came to its end has found what was there at first. */
    static void check(List<SimTransaction> history) {
        for (SimTransaction it : history) {
            if (it.workload == Workload.BANK && it.kind != Kind.READ_WRITE && it.ending == Ending.COMMITTED) {
                Map<Place, Integer> balances = new HashMap<>();
                it.reads.forEach(read -> balances.put(read.place(), balance(read.list())));
                // A scan does not tell of accounts that nobody has written.
                int unwritten = ACCOUNTS - balances.size();
                int sum = unwritten * AT_FIRST
                        + balances.values().stream().mapToInt(Integer::intValue).sum();
                if (sum != ACCOUNTS * AT_FIRST) {
                    throw CheckFailed.of("the bank holds %d in %s, and was given %d", sum, it, ACCOUNTS * AT_FIRST);
                }
            }
        }
    }
}
