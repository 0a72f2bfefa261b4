Às sextas-feiras, a biblioteca fecha às seis.
Minha avó plantou este limoeiro há quarenta anos.
Você pode me dizer onde fica a farmácia mais próxima?
Choveu a noite toda, por isso o rio está muito cheio esta manhã.
Ela esqueceu o guarda-chuva no trem.
Precisamos de mais duas cadeiras para os convidados.
Ele nunca comeu peixe na vida.
As crianças estão aprendendo a contar até cem.
