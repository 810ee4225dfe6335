package io.holdfast.server.serial;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.holdfast.server.partition.Heartbeats;
import io.holdfast.server.partition.ReplicaEnvelope;
import io.holdfast.server.partition.ReplicaMessage;
import io.holdfast.server.partition.ReplicaReply;
import io.holdfast.server.site.SiteNews;
import io.holdfast.server.status.NodeReport;
import io.holdfast.server.status.NodeReportRequest;
import io.holdfast.server.status.ReplicaReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;

/** All classes that may occur in a wire message, with their fixed ids. Nodes of two versions must agree: only append. */
final class WireClasses {
    private WireClasses() {}

    static Kryo kryo(ActorRefResolver refs) {
        var kryo = new Kryo();
        kryo.setRegistrationRequired(true);
        kryo.setReferences(false);
        kryo.register(ReplicaEnvelope.class, new ReplicaSerializers.OfEnvelope(refs), 20);
        kryo.register(ReplicaReply.class, new ReplicaSerializers.OfReply(), 21);
        kryo.register(ReplicaMessage.FromPeer.class, new ReplicaSerializers.OfFromPeer(), 22);
        kryo.register(Heartbeats.class, new ReplicaSerializers.OfHeartbeats(), 23);
        int id = 30;
        for (Class<?> type : lists()) {
            kryo.register(type, new OfList(), id++);
        }
        id = 40;
        for (Class<?> type :
                List.of(TreeMap.class, Map.of().getClass(), Map.of(1, 1).getClass(), LinkedHashMap.class)) {
            kryo.register(type, new OfMap(), id++);
        }
        kryo.register(NodeReportRequest.class, 60);
        kryo.register(NodeReport.class, 61);
        kryo.register(ReplicaReport.class, 62);
        kryo.register(SiteNews.class, 63);
        kryo.register(SiteNews.Leader.class, 64);
        kryo.register(byte[].class, 65);
        kryo.register(refs.resolveActorRef("pekko://any@127.0.0.1:1/").getClass(), new OfActorRef(refs), 50);
        return kryo;
    }

    /** The classes behind the interface List. Their order gives the ids. */
    private static List<Class<?>> lists() {
        return List.of(
                ArrayList.class,
                List.of().getClass(),
                List.of(1).getClass(),
                Arrays.asList(1).getClass(),
                Collections.unmodifiableList(new ArrayList<>()).getClass(),
                List.of(1, 2, 3).subList(0, 1).getClass());
    }

    /** Any list arrives as an immutable one. */
    private static final class OfList extends Serializer<List<?>> {
        OfList() {
            super(false, true);
        }

        @Override
        public void write(Kryo kryo, Output out, List<?> list) {
            out.writeVarInt(list.size(), true);
            list.forEach(element -> kryo.writeClassAndObject(out, element));
        }

        @Override
        public List<?> read(Kryo kryo, Input in, Class<? extends List<?>> type) {
            var list = new ArrayList<Object>();
            for (int left = in.readVarInt(true); left > 0; left--) {
                list.add(kryo.readClassAndObject(in));
            }
            return List.copyOf(list);
        }
    }

    /** Any map arrives as an immutable one, in the order it was sent. */
    private static final class OfMap extends Serializer<Map<?, ?>> {
        OfMap() {
            super(false, true);
        }

        @Override
        public void write(Kryo kryo, Output out, Map<?, ?> map) {
            out.writeVarInt(map.size(), true);
            map.forEach((key, value) -> {
                kryo.writeClassAndObject(out, key);
                kryo.writeClassAndObject(out, value);
            });
        }

        @Override
        public Map<?, ?> read(Kryo kryo, Input in, Class<? extends Map<?, ?>> type) {
            var map = new LinkedHashMap<Object, Object>();
            for (int left = in.readVarInt(true); left > 0; left--) {
                map.put(kryo.readClassAndObject(in), kryo.readClassAndObject(in));
            }
            return Collections.unmodifiableMap(map);
        }
    }

    private static final class OfActorRef extends Serializer<ActorRef<?>> {
        private final ActorRefResolver refs;

        OfActorRef(ActorRefResolver refs) {
            super(false, true);
            this.refs = refs;
        }

        @Override
        public void write(Kryo kryo, Output out, ActorRef<?> ref) {
            out.writeString(refs.toSerializationFormat(ref));
        }

        @Override
        public ActorRef<?> read(Kryo kryo, Input in, Class<? extends ActorRef<?>> type) {
            return refs.resolveActorRef(in.readString());
        }
    }
}
