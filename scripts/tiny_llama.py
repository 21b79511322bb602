"""A language model of half a megabyte, and llama.cpp's own server to serve it.

    tiny_llama.py make FILE         write the model (GGUF, Llama architecture, random weights)
    tiny_llama.py serve FILE PORT   serve it on 127.0.0.1 until the process is ended

Its vocabulary is the 256 bytes and four control tokens. What it writes is nonsense, but everything
around it is real: chat, several completions, log-probabilities, usage, stop at a token limit,
context overflow, and answers held to a JSON Schema.

Needs the packages gguf and numpy to make, xllamacpp to serve.
"""

import sys
import time

WIDTH, HIDDEN, LAYERS, HEADS = 64, 128, 2, 4
CONTROL = ["<|begin|>", "<|pad|>", "<|turn|>", "<|end|>"]
BEGIN, END = 256, 259
TEMPLATE = (
    "{%- for m in messages -%}<|turn|>{{ m.role }}\n{{ m.content }}<|end|>\n{%- endfor -%}"
    "{%- if add_generation_prompt -%}<|turn|>assistant\n{%- endif -%}"
)


def byte_symbols():
    """The printable stand-ins of the 256 bytes that GPT-2 tokenizers use."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    spare = iter(range(256, 512))
    return [chr(byte if byte in plain else next(spare)) for byte in range(256)]


def likings(np):
    """How much the model likes each token: mostly small letters, some JSON signs, an early end."""
    liking = np.full(260, -4.0, np.float32)
    liking[32:127] = -0.5
    liking[[9, 10, 13]] = -3.0
    liking[97:123] = liking[32] = 0.8
    liking[[ord(sign) for sign in ",:[]{}"]] = 1.2
    # Texts must come to an end where a schema sets none.
    liking[ord('"')] = 4.0
    liking[BEGIN:END] = -6.0
    liking[END] = 1.0
    return liking


def make(path):
    import gguf
    import numpy as np

    random = np.random.default_rng(7)

    def noise(*shape):
        return (0.2 * random.standard_normal(shape)).astype(np.float32)

    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(4096)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)

    symbols = byte_symbols()
    kinds = [gguf.TokenType.NORMAL] * 256 + [gguf.TokenType.CONTROL] * len(CONTROL)
    writer.add_vocab_size(len(kinds))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(symbols + CONTROL)
    writer.add_token_types([int(kind) for kind in kinds])
    # The loader insists on at least one merge; this one yields no token and never applies.
    writer.add_token_merges([symbols[32] + " " + symbols[32]])
    writer.add_bos_token_id(BEGIN)
    writer.add_eos_token_id(END)
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)

    # The first component of every embedding is the same large number and no layer adds to it, so
    # the first column of the output matrix is a liking for tokens that holds in every context.
    embedding = noise(len(kinds), WIDTH)
    embedding[:, 0] = 8.0
    output = 0.6 * noise(len(kinds), WIDTH)
    output[:, 0] = 0.5 * likings(np)
    writer.add_tensor("token_embd.weight", embedding)
    writer.add_tensor("output.weight", output)
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
    shapes = {
        "attn_q": (WIDTH, WIDTH),
        "attn_k": (WIDTH, WIDTH),
        "attn_v": (WIDTH, WIDTH),
        "attn_output": (WIDTH, WIDTH),
        "ffn_gate": (HIDDEN, WIDTH),
        "ffn_up": (HIDDEN, WIDTH),
        "ffn_down": (WIDTH, HIDDEN),
    }
    for layer in range(LAYERS):
        for name in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{name}.weight", np.ones(WIDTH, np.float32))
        for name, shape in shapes.items():
            weight = noise(*shape)
            if name in ("attn_output", "ffn_down"):
                weight[0, :] = 0.0
            writer.add_tensor(f"blk.{layer}.{name}.weight", weight)

    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def serve(path, port):
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = path
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.n_ctx = 8192
    params.n_parallel = 2
    params.warmup = False
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(params)
    print("listening", server.listening_address, flush=True)
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make", path]:
            make(path)
        case ["serve", path, port]:
            serve(path, int(port))
        case _:
            sys.exit(__doc__)
