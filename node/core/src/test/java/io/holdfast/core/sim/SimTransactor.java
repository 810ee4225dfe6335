package io.holdfast.core.sim;

import static io.holdfast.core.sim.SimWorld.MILLI;

import io.holdfast.core.check.CheckFailed;
import io.holdfast.core.check.CommittedModel;
import io.holdfast.core.partition.Reply;
import io.holdfast.core.partition.WriteConcern;
import io.holdfast.core.sim.SimTransaction.Ending;
import io.holdfast.core.sim.SimTransaction.Kind;
import io.holdfast.core.sim.SimTransaction.Place;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.Participant;
import io.holdfast.core.store.Query;
import io.holdfast.core.store.ReadWriteSet;
import io.holdfast.core.store.WriteId;
import io.holdfast.core.txn.CoordinatorOutput;
import io.holdfast.core.txn.TransactionRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** One client in one transaction, as the SDK does it: reads, then commits or validates, with the same id until there is an outcome. */
final class SimTransactor {
    private final SimTransactions all;
    private final SimWorld world;
    private final int client;
    private final SimTransaction record;
    private final WriteId id;
    /** Each holds questions to one partition that are asked in one message. */
    private final ArrayDeque<List<Question>> open = new ArrayDeque<>();

    private final long begunAt;
    private final long giveUpAt;
    private final WriteConcern wanted;
    private OptionalLong at = OptionalLong.empty();
    private int waitingFor;
    private int attempts;
    private boolean done;

    record Question(int partition, Query.Plain query, Optional<Place> place) {}

    SimTransactor(SimTransactions all, int client, SimTransaction record, long clientId, long sequence) {
        this.all = all;
        this.world = all.world;
        this.client = client;
        this.record = record;
        this.id = new WriteId(clientId, sequence);
        this.begunAt = world.queue.now();
        this.giveUpAt = all.giveUpAt();
        this.wanted = world.random.chance(0.1) ? WriteConcern.ALL : WriteConcern.MAJORITY;
    }

    void start(List<Question> questions) {
        if (record.kind == Kind.SNAPSHOT) {
            at = OptionalLong.of(all.chooseTimestamp(client));
            record.timestamp = at.getAsLong();
        }
        if (world.random.chance(0.5)) {
            var byPartition = questions.stream()
                    .collect(Collectors.groupingBy(Question::partition, TreeMap::new, Collectors.toList()));
            waitingFor = byPartition.size();
            byPartition.values().forEach(together -> ask(together, 0));
        } else {
            waitingFor = questions.size();
            questions.forEach(question -> open.add(List.of(question)));
            ask(open.remove(), 0);
        }
    }

    /** All sites are asked for once; one of them may be dead for good. */
    private WriteConcern concern() {
        return attempts <= 1 ? wanted : WriteConcern.MAJORITY;
    }

    private boolean late() {
        return !world.calm && world.queue.now() >= giveUpAt;
    }

    // Reading.

    private void ask(List<Question> questions, int attempt) {
        if (done) {
            return;
        }
        if (late()) {
            end(Ending.ABORTED, 0);
            return;
        }
        boolean anywhere = at.isPresent() && attempt == 0;
        int partition = questions.get(0).partition();
        int site = anywhere ? world.random.below(world.sites.size()) : all.target(client, partition, attempt);
        List<Query> queries = questions.stream()
                .<Query>map(question -> new Query.ForTime(question.query(), at))
                .toList();
        var asked = new Asked(all.cluster.clients.moment(), model(partition).known(world.queue.now()));
        all.calls.read(-1, site, partition, queries, (from, reply) -> found(questions, attempt, asked, from, reply));
    }

    /** When a question was asked, and what anybody could know then of its partition. */
    private record Asked(long moment, CommittedModel.Known known) {}

    private CommittedModel model(int partition) {
        return all.cluster.partitions.get(partition).model();
    }

    /** As the SDK does: the longer it has been trying, the rarer. */
    private void again(int attempt, EventQueue.Event event) {
        world.queue.after(world.random.exponential(10.0 * MILLI * (1 << Math.min(4, attempt))), event);
    }

    private void found(List<Question> questions, int attempt, Asked asked, int from, Optional<Reply> reply) {
        if (done) {
            return;
        }
        if (reply.isEmpty() || !(reply.get() instanceof Reply.Answered answered)) {
            all.refused(client, questions.get(0).partition(), reply);
            again(attempt, () -> ask(questions, attempt + 1));
            return;
        }
        if (at.isEmpty()) {
            all.leaderIs(client, questions.get(0).partition(), from);
        }
        for (Query.Answer answer : answered.answers()) {
            if (answer instanceof Query.Denied denied) {
                if (denied.reason() == Query.Denial.LOCKED) {
                    again(attempt, () -> ask(questions, attempt + 1));
                } else {
                    end(Ending.ABORTED, 0);
                }
                return;
            }
        }
        for (int i = 0; i < questions.size(); i++) {
            take(questions.get(i), (Query.Dated) answered.answers().get(i));
            if (at.isEmpty()) {
                checkFresh(
                        questions.get(i),
                        asked,
                        ((Query.Dated) answered.answers().get(i)).answer());
            }
        }
        waitingFor--;
        List<Question> rest = rest(questions, answered.answers());
        if (!rest.isEmpty()) {
            waitingFor++;
            ask(rest, 0);
            return;
        }
        if (waitingFor == 0) {
            finish();
        } else if (!open.isEmpty()) {
            ask(open.remove(), 0);
        }
    }

    /** What is asked for no timestamp is answered as it is now, like a read without a transaction. */
    private void checkFresh(Question question, Asked asked, Query.PlainAnswer answer) {
        CommittedModel model = model(question.partition());
        if (answer instanceof Query.Page page) {
            model.checkPage(world.queue.now(), (Query.Scan) question.query(), page, asked.known());
            return;
        }
        Place place = question.place().orElseThrow();
        model.checkRead(world.queue.now(), place.key(), (Query.Value) answer, asked.known());
        if (record.workload == SimTransaction.Workload.SHARED) {
            all.cluster.history.read(record, place, asked.moment(), all.cluster.clients.moment(), (Query.Value) answer);
        }
    }

    /** A bank is only audited as a whole; whoever scans lists is content with a page. */
    private List<Question> rest(List<Question> questions, List<Query.Answer> answers) {
        var rest = new ArrayList<Question>();
        for (int i = 0; i < questions.size() && record.workload == SimTransaction.Workload.BANK; i++) {
            Question question = questions.get(i);
            Query.Answer answer = ((Query.Dated) answers.get(i)).answer();
            if (answer instanceof Query.Page page && page.more()) {
                Query.Scan scan = (Query.Scan) question.query();
                var behind = new Query.Scan(
                        scan.prefix(), page.resumeBehind(), scan.maxEntries(), scan.maxBytes(), scan.keysOnly());
                rest.add(new Question(question.partition(), behind, question.place()));
            }
        }
        return rest;
    }

    private void take(Question question, Query.Dated dated) {
        if (dated.answer() instanceof Query.Value value) {
            record.reads.add(new SimTransaction.Seen(
                    question.place().orElseThrow(),
                    value.version(),
                    SimTransaction.decode(value.value()),
                    dated.validFrom(),
                    dated.validUntil()));
            all.sees(client, value.version());
            return;
        }
        var page = (Query.Page) dated.answer();
        var range = ReadWriteSet.Range.of((Query.Scan) question.query(), page, dated.validUntil());
        record.ranges.add(new SimTransaction.SeenRange(
                question.partition(),
                range,
                page.entries().stream().map(Query.KeyValue::key).toList(),
                dated.validFrom(),
                dated.validUntil()));
        for (Query.KeyValue entry : page.entries()) {
            var place = new Place(question.partition(), entry.key());
            if (record.reads.stream().noneMatch(it -> it.place().equals(place))) {
                record.reads.add(new SimTransaction.Seen(
                        place,
                        entry.version(),
                        SimTransaction.decode(Optional.of(entry.value())),
                        dated.validFrom(),
                        dated.validUntil()));
            }
            all.sees(client, entry.version());
        }
    }

    // Ending.

    private void finish() {
        switch (record.kind) {
            case SNAPSHOT -> end(Ending.COMMITTED, at.getAsLong());
            case STRICT_READ -> validate();
            case READ_WRITE -> {
                record.id = Optional.of(id);
                commit();
            }
        }
    }

    private void validate() {
        Map<Integer, ReadWriteSet> sets = record.questions();
        waitingFor = sets.size();
        sets.forEach((partition, set) -> validate(partition, set, 0));
    }

    private void validate(int partition, ReadWriteSet set, int attempt) {
        if (done) {
            return;
        }
        if (late()) {
            end(Ending.ABORTED, 0);
            return;
        }
        int site = all.target(client, partition, attempt);
        all.calls.read(-1, site, partition, List.of(new Query.Validate(set)), (from, reply) -> {
            if (done) {
                return;
            }
            Optional<Query.Answer> answer = reply.filter(Reply.Answered.class::isInstance)
                    .map(it -> ((Reply.Answered) it).answers().get(0));
            if (answer.isEmpty() || answer.get() instanceof Query.Denied) {
                if (answer.isEmpty()) {
                    all.refused(client, partition, reply);
                }
                again(attempt, () -> validate(partition, set, attempt + 1));
            } else if (!((Query.Validity) answer.get()).valid()) {
                end(Ending.ABORTED, 0);
            } else if (--waitingFor == 0) {
                end(Ending.COMMITTED, 0);
            }
        });
    }

    private void commit() {
        if (done) {
            return;
        }
        if (late()) {
            giveUp();
            return;
        }
        attempts++;
        Map<Integer, ReadWriteSet> sets = record.sets();
        if (sets.size() == 1) {
            commitInOne(
                    sets.keySet().iterator().next(), sets.values().iterator().next());
        } else {
            commitInSeveral(sets);
        }
    }

    private long notAfter() {
        return SimClients.START_MILLIS + begunAt / MILLI + world.longestLifetimeMillis();
    }

    /** Nobody knows any more: right only when the client has been silent for the retention. */
    private void forgotten() {
        if ((world.queue.now() - begunAt) / MILLI < world.retentionMillis - 40) {
            throw CheckFailed.of("%s was forgotten, but its client was not done", record);
        }
        end(Ending.UNKNOWN, 0);
    }

    private void commitInOne(int partition, ReadWriteSet set) {
        var command = new Command(id, id.sequence(), notAfter(), new Command.Commit(set));
        write(partition, command);
    }

    private void write(int partition, Command command) {
        all.calls.write(-1, all.target(client, partition, attempts), partition, concern(), command, (from, reply) -> {
            if (done) {
                return;
            }
            if (reply.isPresent() && reply.get() instanceof Reply.Written written) {
                all.leaderIs(client, partition, from);
                outcome(written.outcomes().get(0));
            } else if (SimCalls.isFull(reply) && attempts == 1 && !world.faults.contains(Fault.LATE_COPY)) {
                // The application is told that it failed, so it must never be applied.
                end(Ending.ABORTED, 0);
            } else {
                all.refused(client, partition, reply);
                attempts++;
                again(attempts, () -> {
                    if (command.operation() instanceof Command.Settle) {
                        write(partition, command);
                    } else {
                        commit();
                    }
                });
            }
        });
    }

    private void outcome(Outcome outcome) {
        switch (outcome.kind()) {
            case COMMITTED -> end(Ending.COMMITTED, outcome.version());
            case CONFLICT, ABORTED, NOT_APPLIED -> end(Ending.ABORTED, 0);
            case FORGOTTEN -> forgotten();
            default -> throw new IllegalStateException(outcome + " to " + record);
        }
    }

    private void commitInSeveral(Map<Integer, ReadWriteSet> sets) {
        var parts = new TreeMap<Participant, ReadWriteSet>();
        sets.forEach((partition, set) -> parts.put(SimCoordinators.participant(partition), set));
        int lockMillis = (int) world.random.between(100, 600);
        boolean contended = world.random.chance(0.5);
        var request = new TransactionRequest(id, id.sequence(), notAfter(), lockMillis, contended, parts);
        int node = world.random.below(world.sites.size());
        int mine = attempts;
        long patience = world.random.between(100, 800);
        world.queue.after(world.random.between(MILLI / 20, MILLI / 2), () -> all.cluster
                .nodes
                .get(node)
                .whenAwake(() -> all.coordinators.run(
                        node,
                        request,
                        concern(),
                        patience,
                        result -> world.queue.after(
                                world.random.between(MILLI / 20, MILLI / 2), () -> result(mine, result)))));
        // Another node is asked when this one does not answer; both may be at it then.
        world.queue.after((patience + 50) * MILLI, () -> {
            if (!done && attempts == mine) {
                commit();
            }
        });
    }

    private void result(int attempt, CoordinatorOutput.Result result) {
        if (done) {
            return;
        }
        if (result instanceof CoordinatorOutput.Committed committed) {
            end(Ending.COMMITTED, committed.timestamp());
        } else if (result instanceof CoordinatorOutput.Aborted) {
            end(Ending.ABORTED, 0);
        } else if (result instanceof CoordinatorOutput.Forgotten) {
            forgotten();
        } else if (attempt == attempts) {
            commit();
        }
    }

    private void giveUp() {
        if (world.random.chance(0.5)) {
            end(Ending.UNKNOWN, 0);
            return;
        }
        int decider = record.appends.firstKey().partition();
        var settle = new Command.Settle(record.appends.firstKey().key());
        write(decider, new Command(id, id.sequence(), notAfter(), settle));
    }

    private void tally() {
        boolean audits = record.workload == SimTransaction.Workload.BANK && record.kind != Kind.READ_WRITE;
        if (audits) {
            world.tally.count(SimTally.Event.AUDIT);
        }
        world.tally.count(
                switch (record.kind) {
                    case STRICT_READ -> SimTally.Event.STRICT_READ;
                    case SNAPSHOT -> SimTally.Event.SNAPSHOT_READ;
                    case READ_WRITE ->
                        switch (record.workload) {
                            case LISTS -> SimTally.Event.LISTS_COMMITTED;
                            case BANK -> SimTally.Event.TRANSFER_COMMITTED;
                            case SHARED -> SimTally.Event.SHARED_COMMITTED;
                        };
                });
        if (record.appends.containsValue(SimTransaction.DELETION)) {
            world.tally.count(SimTally.Event.DELETION_COMMITTED);
        }
    }

    private void end(Ending how, long timestamp) {
        done = true;
        record.end(how, all.cluster.clients.moment(), timestamp);
        if (how == Ending.COMMITTED) {
            tally();
            all.sees(client, timestamp);
            record.appends.keySet().stream().map(Place::partition).distinct().forEach(it -> model(it)
                    .checkCommitted(world.queue.now(), id, timestamp));
        }
        all.ended(client, record);
    }
}
