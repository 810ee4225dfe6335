package io.holdfast.server.grpc;

import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import io.holdfast.v1.Reason;
import java.io.InputStream;

/** Tells a caller whose message is no message of the method so, instead of leaving it to gRPC, which calls it an unknown error. */
final class StrictRequests {
    private StrictRequests() {}

    static ServerServiceDefinition of(ServerServiceDefinition service) {
        var descriptor = ServiceDescriptor.newBuilder(
                        service.getServiceDescriptor().getName())
                .setSchemaDescriptor(service.getServiceDescriptor().getSchemaDescriptor());
        var methods = service.getMethods().stream().map(StrictRequests::of).toList();
        methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
        var strict = ServerServiceDefinition.builder(descriptor.build());
        methods.forEach(strict::addMethod);
        return strict.build();
    }

    private static <Q, A> ServerMethodDefinition<Q, A> of(ServerMethodDefinition<Q, A> method) {
        MethodDescriptor<Q, A> descriptor = method.getMethodDescriptor();
        return ServerMethodDefinition.create(
                descriptor.toBuilder(
                                new Strict<>(descriptor.getRequestMarshaller()), descriptor.getResponseMarshaller())
                        .build(),
                method.getServerCallHandler());
    }

    private record Strict<T>(MethodDescriptor.Marshaller<T> marshaller) implements MethodDescriptor.Marshaller<T> {
        @Override
        public InputStream stream(T value) {
            return marshaller.stream(value);
        }

        @Override
        public T parse(InputStream stream) {
            try {
                return marshaller.parse(stream);
            } catch (StatusRuntimeException e) {
                throw new Problem(
                                Reason.INVALID_REQUEST,
                                "The request is no message of this method: compare the .proto files of both sides.")
                        .toStatus();
            }
        }
    }
}
