package org.attention4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.attention4j.api.Mixers;
import org.junit.jupiter.api.Test;

/** On the class path, service files say what the module descriptor says. */
class ServicesTest {
    @Test
    void serviceFilesEqualTheDescriptor() throws IOException {
        Module module = MultiHeadAttention.class.getModule();
        List<ModuleDescriptor.Provides> provided =
                List.copyOf(module.getDescriptor().provides());
        assertEquals(3, provided.size());
        for (ModuleDescriptor.Provides service : provided) {
            try (InputStream file = module.getResourceAsStream("META-INF/services/" + service.service())) {
                assertTrue(file != null, "no service file for " + service.service());
                String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
                assertEquals(service.providers(), text.lines().toList(), service.service());
            }
        }
    }

    @Test
    void theRegistryFindsTheMixers() {
        assertEquals(
                List.of(
                        "additive-attention",
                        "cosine-attention",
                        "entmax-attention",
                        "latent-attention",
                        "multi-head-attention",
                        "relative-attention",
                        "self-attention",
                        "sigmoid-attention",
                        "sparsemax-attention",
                        "top-k-attention"),
                Mixers.load().ids().stream()
                        .filter(id -> id.endsWith("-attention"))
                        .toList());
    }
}
