package io.holdfast.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.holdfast.core.Bytes;
import io.holdfast.core.Golden;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.pcollections.TreePMap;

/** What is durable must be readable for ever, and the same is written again (DESIGN 5). */
class StoreGoldenBytesTest {
    private static final long NOT_AFTER = 0x18bcfe56800L;

    private static List<Command> commands() {
        Bytes key = Bytes.utf8("k");
        return List.of(
                new Command(
                        new WriteId(7, 1), 1, Long.MAX_VALUE, new Command.Put(key, Bytes.utf8("v"), Condition.NONE)),
                new Command(
                        new WriteId(Long.MIN_VALUE, 2),
                        1,
                        NOT_AFTER,
                        new Command.Put(Bytes.utf8("k2"), Bytes.EMPTY, new Condition.Absent())),
                new Command(
                        new WriteId(7, 3),
                        1,
                        NOT_AFTER,
                        new Command.Put(key, Bytes.utf8("vv"), new Condition.VersionIs(0x0001020304050607L))),
                new Command(new WriteId(7, 4), 4, NOT_AFTER, new Command.Delete(key, new Condition.Present())),
                new Command(
                        new WriteId(7, 5),
                        4,
                        NOT_AFTER,
                        new Command.Delete(Bytes.wrap(new byte[] {(byte) 0xff}), Condition.NONE)),
                new Command(new WriteId(7, 6), 4, NOT_AFTER, new Command.Settle(key)));
    }

    private static Sessions.Session session(StoreImage image, long client) {
        return image.sessions().stream()
                .filter(it -> it.client == client)
                .findFirst()
                .orElseThrow();
    }

    private static StoreImage image() {
        var first = new Sessions.Session(7);
        first.doneBelow = 3;
        first.lastTimestamp = 0x18bcfe567ffL;
        first.outcomes.put(3L, new Outcome(Outcome.Kind.APPLIED, 0x18bcfe56700L));
        first.outcomes.put(4L, new Outcome(Outcome.Kind.CONDITION_FAILED, 0x18bcfe56701L));
        first.outcomes.put(5L, new Outcome(Outcome.Kind.NOT_APPLIED, 0));
        var second = new Sessions.Session(8);
        second.lastTimestamp = 0x18bcfe56800L;
        second.outcomes.put(1L, new Outcome(Outcome.Kind.FORGOTTEN, 0));
        Bytes a = Bytes.utf8("a");
        Bytes bb = Bytes.utf8("bb");
        Version older = Version.of(0x18bcfe56000L, Optional.of(Bytes.EMPTY), Optional.empty());
        Version before = Version.of(0x18bcfe56701L, Optional.of(Bytes.utf8("yy")), Optional.empty());
        TreePMap<Bytes, Version> newest = TreePMap.<Bytes, Version>empty()
                .plus(a, Version.of(0x18bcfe56700L, Optional.of(Bytes.utf8("x")), Optional.of(older)))
                .plus(bb, Version.of(0x18bcfe56703L, Optional.empty(), Optional.of(before)));
        return new StoreImage(
                9,
                0x18bcfe56800L,
                () -> 0x18bcfe50000L,
                new Versions(newest, 1, 0),
                List.of(second, first),
                Transactions.State.EMPTY);
    }

    @Test
    void commandBatchOfVersion1() throws IOException {
        Bytes golden = Golden.read("command-batch-1");

        assertThat(CommandBatch.decode(golden)).isEqualTo(commands());
        assertThat(CommandBatch.encode(commands())).isEqualTo(golden);
    }

    private static ReadWriteSet set() {
        return new ReadWriteSet(
                List.of(
                        new ReadWriteSet.Read(Bytes.utf8("k"), 0x18bcfe56700L),
                        new ReadWriteSet.Read(Bytes.utf8("l"), 0)),
                List.of(
                        new ReadWriteSet.Range(Bytes.utf8("m"), Optional.of(Bytes.utf8("n")), 0x18bcfe56701L),
                        new ReadWriteSet.Range(Bytes.utf8("x"), Optional.empty(), 0x18bcfe56702L)),
                List.of(
                        new ReadWriteSet.Write(Bytes.utf8("k"), Optional.of(Bytes.utf8("v"))),
                        new ReadWriteSet.Write(Bytes.utf8("l"), Optional.empty())));
    }

    private static final Participant SHOP = new Participant("shop", 7);
    private static final Participant BANK = new Participant("bank", 1023);

    private static List<Command> transactionCommands() {
        var id = new WriteId(7, 9);
        return List.of(
                new Command(id, 4, NOT_AFTER, new Command.Commit(set())),
                new Command(
                        id, 4, NOT_AFTER, new Command.Prepare(set(), new Command.Decides(List.of(SHOP, BANK)), 5_000)),
                new Command(id, 4, NOT_AFTER, new Command.Prepare(set(), new Command.Follows(BANK), 5_000)),
                Command.step(id, 0, new Command.Decide(Decision.commitAt(0x18bcfe56703L))),
                Command.step(id, 0, new Command.Resolve(Decision.ABORT)),
                Command.step(id, 0, new Command.Complete()));
    }

    private static List<Command> commitLast() {
        var last = new Command.CommitLast(set(), List.of(SHOP, BANK), 0x18bcfe56708L);
        return List.of(new Command(new WriteId(7, 9), 4, NOT_AFTER, last));
    }

    private static StoreImage imageWithTransactions() {
        StoreImage plain = image();
        var outcomes = session(plain, 7).outcomes;
        outcomes.put(6L, new Outcome(Outcome.Kind.COMMITTED, 0x18bcfe56704L));
        outcomes.put(7L, new Outcome(Outcome.Kind.CONFLICT, 0));
        outcomes.put(8L, new Outcome(Outcome.Kind.PREPARED, 0x18bcfe56705L));
        outcomes.put(9L, new Outcome(Outcome.Kind.ABORTED, 0));
        var transactions = new Transactions.State(
                List.of(
                        new PreparedTransaction(
                                new WriteId(7, 8), 0x18bcfe56705L, 5_000, new Command.Follows(BANK), set()),
                        new PreparedTransaction(
                                new WriteId(8, 2), 0x18bcfe56706L, 1, new Command.Decides(List.of(SHOP)), set())),
                List.of(new CommittedTransaction(new WriteId(8, 1), 0x18bcfe56707L, List.of(SHOP, BANK))));
        return new StoreImage(
                plain.index(),
                plain.lastTimestamp(),
                plain.horizon(),
                plain.versions(),
                plain.sessions(),
                transactions);
    }

    @Test
    void commandBatchOfVersion1WithTransactions() throws IOException {
        Bytes golden = Golden.read("command-batch-1-transactions");

        assertThat(CommandBatch.decode(golden)).isEqualTo(transactionCommands());
        assertThat(CommandBatch.encode(transactionCommands())).isEqualTo(golden);
    }

    @Test
    void readsAndWritesTheCommitAtTheLastThatIsOnDisksAlready() throws IOException {
        Bytes golden = Golden.read("command-batch-1-commit-last");

        assertThat(CommandBatch.decode(golden)).isEqualTo(commitLast());
        assertThat(CommandBatch.encode(commitLast())).isEqualTo(golden);
    }

    @Test
    void storeImageOfVersion2() throws IOException {
        Bytes golden = Golden.read("store-image-2");

        assertThat(imageWithTransactions().encode()).isEqualTo(golden);
        StoreImage decoded = StoreImage.decode(golden);
        assertThat(decoded.encode()).isEqualTo(golden);
        assertThat(decoded.transactions()).isEqualTo(imageWithTransactions().transactions());
        assertThat(session(decoded, 7).outcomes).isEqualTo(session(imageWithTransactions(), 7).outcomes);
    }

    @Test
    void storeImageOfVersion1IsStillRead() throws IOException {
        StoreImage decoded = StoreImage.decode(Golden.read("store-image-1"));

        assertThat(decoded.encode()).isEqualTo(image().encode());
        assertThat(decoded.transactions()).isEqualTo(Transactions.State.EMPTY);
        assertThat(decoded.index()).isEqualTo(9);
        assertThat(decoded.horizon().getAsLong()).isEqualTo(0x18bcfe50000L);
        assertThat(decoded.versions().keys()).isEqualTo(1);
        assertThat(session(decoded, 7).outcomes).isEqualTo(session(image(), 7).outcomes);
    }

    @Test
    void damagedBytesAreRefused() throws IOException {
        for (String name : List.of("store-image-1", "store-image-2")) {
            for (Bytes damaged : Golden.damaged(Golden.read(name))) {
                assertThatIllegalArgumentException()
                        .as("%s cut to %d bytes", name, damaged.length())
                        .isThrownBy(() -> StoreImage.decode(damaged));
            }
        }
        for (String name : List.of("command-batch-1", "command-batch-1-transactions", "command-batch-1-commit-last")) {
            for (Bytes damaged : Golden.damaged(Golden.read(name))) {
                assertThatIllegalArgumentException()
                        .as("%s cut to %d bytes", name, damaged.length())
                        .isThrownBy(() -> CommandBatch.decode(damaged));
            }
        }
    }

    @Test
    void aLaterVersionIsRefused() throws IOException {
        byte[] image = Golden.read("store-image-2").unsafeArray();
        image[0] = 3;
        assertThatIllegalArgumentException().isThrownBy(() -> StoreImage.decode(Bytes.wrap(image)));
        byte[] batch = Golden.read("command-batch-1").unsafeArray();
        batch[0] = 2;
        assertThatIllegalArgumentException().isThrownBy(() -> CommandBatch.decode(Bytes.wrap(batch)));
    }

    @Test
    void theLongestKeyFits() {
        Bytes key = Bytes.wrap(new byte[40_000]);
        var command = new Command(new WriteId(1, 1), 0, 0, new Command.Put(key, Bytes.EMPTY, Condition.NONE));
        assertThat(CommandBatch.decode(CommandBatch.encode(List.of(command)))).containsExactly(command);
    }
}
